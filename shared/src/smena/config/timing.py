"""[timing]: every deadline and period, in seconds."""

from typing import Annotated

from pydantic import Field

from smena.config.base import ConfigTable

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Timing(ConfigTable):
    """Deadlines and periods in seconds; tests scale them."""

    onec_request: Seconds = 40
    onec_absence_horizon: Annotated[float, Field(ge=0, le=86_400)] = 120
    onec_absence_looks: Annotated[int, Field(ge=1, le=100)] = 3
    delivery_retry: Seconds = 15
    delivery_retry_max: Seconds = 900
    lease: Seconds = 60
    cabinet_request: Seconds = 60
    verify_every: Seconds = 3600
    relay_poll: Seconds = 1
    shift_look: Seconds = 120
    webhook_request: Seconds = 15
    webhook_retry: Seconds = 5
