"""Legal forms: what stands behind a company's name; one a line.

Made by `make data`; do not edit. Sources:
- cleanco 2.3 (PyPI, MIT)
"""

# fmt: off
TEXT = """
& co
& co.
& company
3ao
3at
a spol.
a.d.
a.e.
a.g.
a.m.b.a.
a.s.
a/s
aat
ab
ad
adsitz
ae
ag
aj
akc. spol.
amba
and company
ans
aps
as
as oy
as.oy
asa
at
ay
b.m.
b.v.
ba
bhd
bhd.
bl
bm
bt.
bvba
c. por a.
c.a.
c.v.
cic
cio
co
co.
comm.v
company
coop.
corp
corp.
corporation
cpt
crl
cvba
cvoa
cxa
d.d.
d.n.o.
d.o.o.
d.o.o.e.l
d.o.o.e.l.
da
dat
e.c.
e.e.
e.g.
e.p.e.
e.u.
e.v.
ead
ec
ee
ehf.
ei
eirl
eirl.
ent.
ep
epe
esv
et
etat
eurl
ev
f.m.b.a.
fa
fcp
fie
fkf
fmba
fop
g.k.
g.m.b.h
g.m.b.h.
g/s
gbr
gesbr
gie
gk
gmbh
gmbh & co. kg
gp
gte.
hb
hf
hf.
i/s
ij
ik
iks
inc
inc.
incorporated
j.t.d.
k.d.
k.d.a.
k.k.
k.s.
k.v.
k/s
kb
kd
kda
kf
kft.
kg
kgaa
kht.
kkt.
kom. spol.
koop.
ks
kt
kv.
ky
l.l.c.
l.l.l.p.
l.l.p.
l.p.
l.t.d.
lda.
limited
llc
lllp
llp
lp
ltd
ltd.
ltda
ltda.
m.e.p.e.
mb
mbh & co. kg
mchj
mepe
n.v.
nl
nuf
nv
nyrt
nyrt.
o.d.
o.e.
o.n.g.
o.v.e.e.
oaj
oao
obrt
oe
og
ohf.
ohg
ok
ood
ooo
ovee
oy
oyj
oü
p.c.
p.l.c.
p.l.l.c.
p.p.
p/s
partg
peec
plc
plc ltd.
plc.
pllc
pp
private
ps
pse
psu
pt
pte
pte ltd
pte ltd.
pte. ltd.
pty ltd
pty. ltd.
pvt. ltd.
qk
qmj
rhf
rt.
s. de r.l.
s. de. r.l.
s. en c.
s.a.
s.a. de c.v.
s.a.a.
s.a.b.
s.a.d.
s.a.p.a.
s.a.p.i.
s.a.r.l.
s.a.s.
s.c.
s.c.a.
s.c.e i.
s.c.p.a
s.c.r.l.
s.c.s.
s.coop
s.cra
s.cra.
s.e.
s.f.
s.g.r
s.g.r.
s.k.a.
s.l.
s.l.l.
s.l.n.e.
s.m.b.a.
s.n.c.
s.p.
s.p.a.
s.r.l.
s.r.o.
s.s.
sa
sae
sagl
sal
saoc
saog
sarl
sas
sasu
sca
sccl
scop
scpa
scs
sd
sdn bhd
sdn. bhd.
secs
sem
sep
ses.
sf
sgps
sgr
sh.a.
sh.p.k.
sia
sicav
sm pte ltd.
smba
snc
soc.col.
sogepa
sp
sp. z o.o.
sp. z.o.o.
sp.j.
sp.k.
sp.p.
spol. s r.o.
sprl
spółka z o.o.
srl
srl.
stg
suc. de descendants
t:mi
tapui
tdv
teo
tmi
tov
uab
ud
uk
ultd
ultd.
unlimited
unltd
v.o.f.
v.o.s.
vat
vof
vzw
xk
xt
xxk
y.k.
yoaj
zao
zat
zrt.
оао
ооо
пао
"""
