"""What the notifier reads from the environment."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, SecretStr, field_validator
from pydantic_settings import NoDecode

from services.notifier.domain.hours import MailHours
from shared.runtime.settings import LinkSettings


class NotifierSettings(LinkSettings):
    """The notifier's settings."""

    smtp_host: str = Field(default="127.0.0.1", min_length=1, description="mail relay")
    smtp_port: int = Field(default=1025, ge=1, le=65535, description="its port")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="none, starttls or tls: how the relay is spoken to"
    )
    smtp_user: str = Field(default="", description="account at the relay, if it wants one")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="its password")
    smtp_timeout_s: float = Field(
        default=60, gt=0, description="seconds to wait for the relay (600 after a mail's body)"
    )
    mail_from: str = Field(
        default="passerelle@example.org",
        pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$",
        description="address that mails come from",
    )
    mail_hours: MailHours = Field(
        default=MailHours.WORKING,
        description="working (proposals Mon-Fri 8-18 Paris time, few a week) or always",
    )
    mails_a_week: PositiveInt = Field(
        default=2, description="proposals that a person gets in a week at most (working hours)"
    )
    senders: int = Field(default=4, ge=1, le=8, description="mails sent at the same time")
    lease_s: float = Field(
        default=60, ge=0.5, description="seconds after which a silent sender is taken for dead"
    )
    in_doubt_wait_s: float = Field(
        default=1800, ge=0, description="seconds before a mail goes once more that may have arrived"
    )
    undo_s: float = Field(default=600, ge=0, description="seconds in which an answer can be undone")
    confirm_reminder_hours: PositiveInt = Field(
        default=24, description="hours until the reminder to confirm an address"
    )
    reminder_days: Annotated[tuple[PositiveInt, ...], NoDecode] = Field(
        default=(4, 10), description="days until reminders of a proposal, with commas"
    )
    expiry_days: PositiveInt = Field(
        default=21, description="days until a proposal without an answer lapses"
    )
    later_days: PositiveInt = Field(
        default=14, description='days within which someone who said "later" is asked again'
    )
    introductions: PositiveInt = Field(
        default=2, description="introductions that are enough for a need"
    )

    @field_validator("reminder_days", mode="before")
    @classmethod
    def _split_days(cls, value: object) -> object:
        return tuple(value.split(",")) if isinstance(value, str) else value

    @property
    def undo(self) -> timedelta:
        """How long an answer can be undone."""
        return timedelta(seconds=self.undo_s)

    @property
    def in_doubt_wait(self) -> timedelta:
        """How long to wait for news of a mail that may have arrived."""
        return timedelta(seconds=self.in_doubt_wait_s)

    @property
    def reminders(self) -> tuple[timedelta, ...]:
        """When a side that stays silent is reminded."""
        return tuple(timedelta(days=days) for days in self.reminder_days)
