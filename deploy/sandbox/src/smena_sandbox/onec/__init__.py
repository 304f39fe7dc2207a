"""Plays the ``standard.odata`` interface of one 1C base as live bases behave, not as the manual says.

Every public name carries the evidence of what it imitates: DOC (the maker's manual), LIVE-A and LIVE-B
(two independent sets of probes of live bases), GUESS (nobody has seen it; ask the customer's base).
"""

from smena_sandbox.onec.base import OnecBase
from smena_sandbox.onec.start import OnecStart
from smena_sandbox.onec.switches import OnecSwitches

__all__ = ["OnecBase", "OnecStart", "OnecSwitches"]
