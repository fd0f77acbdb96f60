"""The command palette, which stands keys that come faster than it is drawn."""

from contextlib import suppress

from textual.command import CommandPalette
from textual.message import Message
from textual.widgets import Input, OptionList


class Palette(CommandPalette):
    """Textual's own takes whatever screen is uppermost away at each answer, also at a second one."""

    async def _dispatch_message(self, message: Message) -> None:
        if self.is_current or not isinstance(message, Input.Submitted | OptionList.OptionSelected):
            await super()._dispatch_message(message)

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):  # the list is not laid out yet
            super()._action_command_list(action)
