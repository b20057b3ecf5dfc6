# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all commands share: one clear sentence and an exit code instead of a traceback."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from .prepare.console import say
from .prepare.problem import Problem, sentence_for_os_error


def guarded(main):
    """Wrap a command's main function: expected failures become one sentence on stderr and exit code 1."""

    @functools.wraps(main)
    def command(arguments: list[str] | None = None) -> int:
        name = f"scripts/{Path(sys.argv[0]).name}"
        try:
            return main(sys.argv[1:] if arguments is None else arguments)
        except Problem as problem:
            sentence = str(problem)
        except KeyboardInterrupt:
            sentence = say(
                "interrupted; the next start takes it up again.", "중단했습니다. 다음 시작 때 이어서 진행합니다."
            )
            print(f"\n{name}: {sentence}", file=sys.stderr)
            return 130
        except OSError as error:
            sentence = sentence_for_os_error(error)
        sys.stdout.flush()
        print(f"{name}: {sentence}", file=sys.stderr)
        return 1

    return command
