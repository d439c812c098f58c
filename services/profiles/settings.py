"""What the profiles service reads from the environment."""

from enum import StrEnum

from pydantic import Field

from shared.runtime.settings import LinkSettings


class ReviewSetting(StrEnum):
    """Whether a human looks at each confirmed need before it is published."""

    AUTO = "auto"
    MANUAL = "manual"


class Settings(LinkSettings):
    """Settings of the profiles service."""

    review: ReviewSetting = Field(
        default=ReviewSetting.AUTO,
        description="auto: a confirmed need is published at once; manual: a human looks first",
    )
    contact_email: str = Field(
        default="passerelle@example.org",
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="address that the privacy notice names for questions and rights",
    )
