"""Choosing which model is used: promoted by a rule, rolled back, or tried in the shadow."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.application.model_ports import (
    BeginModels,
    Choice,
    Deed,
    KeptModel,
    ModelDesk,
    Role,
    UnreadableModelError,
)
from services.matcher.domain.promotion import PromotionRule, objections


class RefusedError(Exception):
    """What was asked for is not done, and why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        """Say all reasons."""
        super().__init__("; ".join(reasons))


@dataclass(frozen=True, slots=True)
class Order:
    """Who asks for it, and why."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class ChooseModel:
    """Say which model is used from now on; of two who choose at once, the later sees the earlier.

    Attributes:
        shipped: Version of the model that was shipped.
        feature_set: What the features mean now.
    """

    begin: BeginModels
    rule: PromotionRule
    shipped: str
    feature_set: str

    async def promote(self, version: str, order: Order, *, force: bool = False) -> list[str]:
        """Use a model; returns the objections that were passed over by force.

        Raises:
            RefusedError: The rule is against it, or it can never be used.
        """
        async with self.begin() as desk:
            await desk.choices.hold()
            model = await self._usable(desk, version)
            found = await self._objections(desk, model)
            asked = {"version": version, "force": force, "objections": found}
            deed = Deed(order.who, order.why, "models promote", asked)
            refused = bool(found) and not force
            action_id = await desk.choices.note(deed, "refused" if refused else "promoted")
            if not refused:
                now = await desk.choices.now(Role.ACTIVE)
                chosen = Choice(version=version, before=now.id)
                await desk.choices.choose(Role.ACTIVE, chosen, action_id=action_id)
        if refused:
            raise RefusedError(found)
        return found

    async def roll_back(self, order: Order) -> str:
        """Use again what was used before the last promotion; returns its version.

        Raises:
            RefusedError: Nothing was promoted.
        """
        async with self.begin() as desk:
            await desk.choices.hold()
            now = await desk.choices.now(Role.ACTIVE)
            if now.version is None:
                raise RefusedError(["the shipped model is in use: there is nothing to roll back"])
            before = await desk.choices.earlier(now.before) if now.before else Choice()
            asked = {"from": now.version, "to": before.version or self.shipped}
            deed = Deed(order.who, order.why, "models rollback", asked)
            action_id = await desk.choices.note(deed, "rolled back")
            await desk.choices.choose(Role.ACTIVE, before, action_id=action_id)
        return before.version or self.shipped

    async def shadow(self, version: str | None, order: Order) -> None:
        """Try a model beside the one in use, or no longer any.

        Raises:
            RefusedError: It can never be used.
        """
        async with self.begin() as desk:
            await desk.choices.hold()
            if version is not None:
                await self._usable(desk, version)
            deed = Deed(order.who, order.why, "models shadow", {"version": version})
            action_id = await desk.choices.note(deed, "begun" if version else "ended")
            chosen = Choice(version=version)
            await desk.choices.choose(Role.SHADOW, chosen, action_id=action_id)

    async def _usable(self, desk: ModelDesk, version: str) -> KeptModel:
        try:
            model = await desk.shelf.find(version)
        except UnreadableModelError as unreadable:
            raise RefusedError([str(unreadable)]) from unreadable
        if model is None:
            raise RefusedError([f"there is no model {version}"])
        if model.feature_set != self.feature_set:
            raise RefusedError(["its features mean something else in this release: train again"])
        return model

    async def _objections(self, desk: ModelDesk, model: KeptModel) -> list[str]:
        current = await current_model(desk, self.feature_set)
        if current is not None and current.version == model.version:
            return ["it is in use already"]
        return objections(model.held_out, current.version if current else self.shipped, self.rule)


async def current_model(desk: ModelDesk, feature_set: str) -> KeptModel | None:
    """The promoted model; none where the shipped one is used, also because nothing else can be."""
    chosen = await desk.choices.now(Role.ACTIVE)
    try:
        model = await desk.shelf.find(chosen.version) if chosen.version else None
    except UnreadableModelError:
        return None
    return model if model and model.feature_set == feature_set else None
