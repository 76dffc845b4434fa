"""The entry point: one command line run, its faults said in Chinese, its exit code.

The modules that commands call are imported inside the commands, so that the help comes up at once.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from typing import Annotated, Any, NoReturn

import typer

from scorer import __version__
from scorer.cli import console
from scorer.cli.options import INTERRUPTED, OK, SETS_VARIABLE, WRONG_USE, app, library
from scorer.cli.usage import ClickException, error_text
from scorer.numbers.precision import precise

# commands register themselves when imported: this is their order in the help
# isort: off
from scorer.cli import one  # noqa: F401
from scorer.cli import many  # noqa: F401
from scorer.cli import sets  # noqa: F401
from scorer.cli.serve import workbench

# isort: on
app.add_typer(library, name="sets")
app.add_typer(workbench, name="serve")


COMPLETION = {
    "install_completion": "为当前的终端（bash、zsh、fish、PowerShell）装上命令补全：按 Tab 补全命令和选项",
    "show_completion": "显示补全用的脚本，可自己存放",
}


def print_version(wanted: bool) -> None:
    if wanted:
        console.write(f"scorer {__version__}\n")
        raise typer.Exit(OK)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=print_version, help="显示版本号")
    ] = False,
) -> None:
    """Options that stand before a command."""


def root_command() -> Any:
    """The whole command as it is run: typer's own two options, which speak English, in Chinese."""
    command = typer.main.get_command(app)
    for option in command.params:
        option.help = COMPLETION.get(option.name or "", getattr(option, "help", None))  # type: ignore[attr-defined]
    return command


@precise
def run(arguments: list[str] | None = None) -> int:
    """Run one command line (the process's own when None; on Windows its wildcards are expanded) and return its exit
    code. Faults become Chinese messages on standard error."""
    before = os.environ.get(SETS_VARIABLE)
    try:
        command = root_command()
        # a batch takes the wildcard itself; other commands take files, which no shell of Windows lists
        expanded = sys.argv[1:2] != ["batch"]
        result = command.main(args=arguments, prog_name="scorer", standalone_mode=False, windows_expand_args=expanded)
        return result if isinstance(result, int) else OK
    except ClickException as error:
        console.write(error_text(error), error=True)
        return WRONG_USE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        return failed(error, debug="--debug" in (sys.argv if arguments is None else arguments))
    finally:  # what --sets-dir said holds for this run
        if before is None:
            os.environ.pop(SETS_VARIABLE, None)
        else:
            os.environ[SETS_VARIABLE] = before


def failed(error: Exception, *, debug: bool) -> int:
    """Say what went wrong, without a traceback unless `debug` asks for one."""
    from scorer.model import ScorerError
    from scorer.report.sentences import printable

    if debug:
        console.write("".join(traceback.format_exception(error)), error=True)
    if isinstance(error, ScorerError):
        # the faults of a set stand at the beginning of their lines: editors turn file:line into a link
        said = str(error) if hasattr(error, "faults") else f"错误：{error}"
        console.write(f"{printable(said)}\n", error=True)
        return error.exit_code
    console.write(
        f"Z901 程序内部错误：{type(error).__name__}：{error}\n"
        "这是本程序的问题，不是表格的问题。加 --debug 再运行一次，把显示的内容发给维护者。\n",
        error=True,
    )
    return WRONG_USE


def main() -> NoReturn:
    """The entry point: ``scorer`` and ``python -m scorer``."""
    # importing makes a hundred thousand objects that stay; collecting among them costs a tenth of the start
    gc.set_threshold(100_000, 20, 20)
    # looking for plugins of pydantic reads the papers of every installed package, and none is wanted
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    console.prepare()
    sys.exit(run())
