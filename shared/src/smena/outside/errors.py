"""What can happen to one exchange with an outside system, by what is known afterwards."""


class OutsideError(Exception):
    """There is no usable answer."""


class NotSentError(OutsideError):
    """No connection came about: the other side has certainly not seen the request."""


class NoAnswerError(OutsideError):
    """The request went out and no usable answer came back: late, dropped, cut, empty, or not what was asked for."""


class AnswerTooLargeError(NoAnswerError):
    """The answer passed its limit of bytes and was left unread."""
