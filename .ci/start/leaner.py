"""Leaves out of a module what no run reads: the docstrings of libraries, and annotations but those of classes.

Libraries also bring what older Pythons lack (`typing_extensions`), and warn of what is not to be used any more: both
cost more at a start than the rest of a module.
"""

from __future__ import annotations

import ast
import typing

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Leaner(ast.NodeTransformer):
    """Makes syntax trees smaller. Docstrings of our own stay: the help of commands is made of them."""

    def __init__(self, *, keep_docstrings: bool) -> None:
        self._keep = keep_docstrings

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Take the annotations of variables."""
        self._shorten(node)
        node.body = [each for each in map(_plain, node.body) if each is not None]
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep annotations: fields are made of them."""
        self._shorten(node)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Take the annotations of arguments."""
        return self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Take the annotations of arguments."""
        return self._visit_function(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """Take from Python itself what it has."""
        if node.module == "typing_extensions" and all(each.name in typing.__all__ for each in node.names):
            node.module = "typing"
        return node

    def _visit_function(self, node: _Function) -> ast.AST:
        self._shorten(node)
        node.decorator_list = [each for each in node.decorator_list if not _warns(each)]
        if not _reads_annotations(node):
            node.returns = None
            of = node.args
            for each in (*of.posonlyargs, *of.args, *of.kwonlyargs, of.vararg, of.kwarg):
                if each is not None:
                    each.annotation = None
        return self.generic_visit(node)

    def _shorten(self, node: ast.Module | ast.ClassDef | _Function) -> None:
        if not self._keep and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]


def _plain(node: ast.stmt) -> ast.stmt | None:
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
        return node
    return ast.copy_location(ast.Assign([node.target], node.value), node) if node.value is not None else None


def _warns(decorator: ast.expr) -> bool:
    """Whether it only warns of what is not to be used any more."""
    match decorator:
        case ast.Call(func=ast.Name(id="deprecated")):
            return True
    return False


def _reads_annotations(node: _Function) -> bool:
    """Whether a decorator may look at annotations, as `functools.singledispatch` does."""
    return any("register" in ast.unparse(each) for each in node.decorator_list)
