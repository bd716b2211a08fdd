"""Currencies: the codes of ISO 4217, and the signs and words that people write instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# ISO 4217, published 2026-01-01: the codes with minor units, so without metals, units of account and test codes.
_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY"
    " COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS"
    " INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR"
    " MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP"
    " STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS: Mapping[str, int] = MappingProxyType(
    {code: decimals for decimals, codes in _BY_DECIMALS.items() for code in codes.split()}
)
"""How many decimals each currency has."""

# What people write instead of a code, and what it may mean. Of several it is the configured currency if that is among
# them, else the first; after "?" nothing is guessed.
_SIGN_TABLE = """
€ euro euros = EUR
$ dollar dollars = USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD
us$ u$s = USD
a$ au$ = AUD
c$ ca$ = CAD
nz$ = NZD
hk$ = HKD
s$ = SGD
mx$ = MXN
nt$ = TWD
r$ reais = BRL
£ pound pounds = GBP EGP FKP GIP SHP SSP SYP
¥ = JPY CNY
yen 円 = JPY
yuan rmb 元 = CNY
kronor = SEK
kroner = ? NOK DKK
kr kr. = ? SEK NOK DKK ISK
fr. sfr. sfr franken = CHF
francs = ? CHF XAF XOF XPF
zł zl = PLN
kč kc = CZK
ft forint = HUF
lei = ? RON MDL
leu = ? RON MDL
₹ = INR
rs rs. rupees = ? INR PKR LKR NPR MUR SCR
₩ = KRW KPW
₽ = RUB
₺ tl = TRY
₴ = UAH
₪ = ILS
₫ = VND
₱ = PHP
฿ = THB
₦ = NGN
r rand = ZAR
rm = MYR
rp = IDR
s/ = PEN
pesos = ? MXN ARS CLP COP PHP UYU DOP CUP
"""
SIGNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        sign: tuple(codes.split())
        for signs, codes in (line.split(" = ") for line in _SIGN_TABLE.strip().splitlines())
        for sign in signs.split()
    }
)
"""Currencies by what people write instead of their code."""


def codes(word: str) -> tuple[str, ...]:
    """List the currencies a word or sign may mean, the usual one first; "?" comes first where none is usual."""
    return (word.upper(),) if word.upper() in DECIMALS else SIGNS.get(word.lower(), ())
