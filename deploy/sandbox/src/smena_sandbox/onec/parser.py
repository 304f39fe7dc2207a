"""Read a ``$filter`` with its real grammar and precedence."""

import re
from uuid import UUID

from smena_sandbox.onec.errors import OnecError, parse_error, refused
from smena_sandbox.onec.expressions import Binary, Call, Lambda, Literal, Node, Path, Unary

_TOKEN = re.compile(
    r"\s*(?:(?P<guid>guid'[^']*')|(?P<moment>datetime'[^']*')|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>\d+(?:\.\d+)?)[LMDFlmdf]?|(?P<name>[^\W\d]\w*)|(?P<mark>[()/,:+*-]))"
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_WORDS = _COMPARISONS | {"and", "or", "add", "sub", "mul", "div", "mod"}
_SUMS = {"add": "add", "sub": "sub", "+": "add", "-": "sub"}
_PRODUCTS = frozenset({"mul", "div", "mod"})
Token = tuple[str, str]


def not_allowed_in_where() -> OnecError:
    """Return the refusal of a query whose ``+`` were meant as spaces (LIVE-A)."""
    return refused('Операция не разрешена в предложении "ГДЕ"')


def parse_filter(text: str) -> Node:
    """Return the tree of a filter; text that is no filter is 400 with code 1."""
    parser = _Parser(_tokens(text), text)
    tree = parser.disjunction()
    parser.expect_end()
    return tree


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise parse_error(f"Ошибка разбора опции запроса $filter в позиции {at + 1}: {text}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent: or, and, not, comparison, sum, product, sign, operand."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._at = 0

    def _peek(self, ahead: int = 0) -> Token:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ("end", "")

    def _take(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _takes(self, value: str, kind: str = "mark") -> bool:
        if self._peek() == (kind, value):
            self._at += 1
            return True
        return False

    def _expect(self, value: str) -> None:
        if not self._takes(value):
            raise self._error()

    def _error(self) -> OnecError:
        return parse_error(f"Ошибка разбора опции запроса $filter: {self._text}")

    def expect_end(self) -> None:
        """Refuse what is left over."""
        if self._peek()[0] != "end":
            raise self._error()

    def disjunction(self) -> Node:
        """Read ``a or b``."""
        left = self._conjunction()
        while self._takes("or", "name"):
            left = Binary("or", left, self._conjunction())
        return left

    def _conjunction(self) -> Node:
        left = self._negation()
        while self._takes("and", "name"):
            left = Binary("and", left, self._negation())
        return left

    def _negation(self) -> Node:
        # Below comparisons, as НЕ in 1C's own query language (GUESS); brackets read the same either way.
        if self._takes("not", "name"):
            return Unary("not", self._negation())
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        while self._peek()[0] == "name" and self._peek()[1] in _COMPARISONS:
            left = Binary(self._take()[1], left, self._sum())
        return left

    def _sum(self) -> Node:
        left = self._product()
        while self._peek()[0] in {"name", "mark"} and self._peek()[1] in _SUMS:
            op = _SUMS[self._take()[1]]
            left = Binary(op, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._signed()
        while self._peek()[0] == "name" and self._peek()[1] in _PRODUCTS:
            left = Binary(self._take()[1], left, self._signed())
        return left

    def _signed(self) -> Node:
        if self._takes("-"):
            return Unary("-", self._signed())
        return self._operand()

    def _operand(self) -> Node:
        kind, value = self._take()
        if kind == "mark" and value == "(":
            inner = self.disjunction()
            self._expect(")")
            return inner
        if kind == "name":
            return self._named(value)
        return self._literal(kind, value)

    def _literal(self, kind: str, value: str) -> Literal:
        if kind == "guid":
            try:
                return Literal(str(UUID(value[5:-1])), "Guid")
            except ValueError:
                raise self._error() from None
        if kind == "moment":
            if not _MOMENT.fullmatch(value[9:-1]):
                raise self._error()
            return Literal(value[9:-1], "DateTime")
        if kind == "text":
            return Literal(value[1:-1].replace("''", "'"), "String")
        if kind == "number":
            return Literal(float(value) if "." in value else int(value), "Double")
        raise self._error()

    def _named(self, name: str) -> Node:
        if name in {"true", "false"}:
            return Literal(name == "true", "Boolean")
        if name == "null":
            return Literal(None, "Null")
        if name in _WORDS and self._peek() != ("mark", "("):
            # «ИНН+eq+'…'»: the plus is an operator and the word its operand.
            raise not_allowed_in_where()
        if self._takes("("):
            return Call(name, self._arguments())
        names = [name]
        while self._takes("/"):
            kind, part = self._take()
            if kind != "name":
                raise self._error()
            if part in {"any", "all"} and self._takes("("):
                return self._lambda("/".join(names), part)
            names.append(part)
        return Path(tuple(names))

    def _arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._takes(")"):
            return ()
        while True:
            found.append(self.disjunction())
            if self._takes(")"):
                return tuple(found)
            self._expect(",")

    def _lambda(self, section: str, quantifier: str) -> Lambda:
        if self._takes(")"):
            return Lambda(section, quantifier, "", None)
        kind, variable = self._take()
        if kind != "name":
            raise self._error()
        self._expect(":")
        body = self.disjunction()
        self._expect(")")
        return Lambda(section, quantifier, variable, body)
