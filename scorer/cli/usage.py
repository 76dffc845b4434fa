"""Help and usage errors in Chinese, laid out by display width.

typer prints English and measures characters, not columns; here its commands render themselves, and every fault of a
command line becomes a Chinese sentence with the way to the help.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

WIDTH = 80
MARGIN = 2
# typer brings its own copy of click in newer versions: take the classes from what is public in both
UsageError: type[Any] = typer.BadParameter.__mro__[1]
ClickException: type[Any] = UsageError.__mro__[1]


def usage_line(command: Any, context: Any) -> str:
    """``用法：scorer score [选项] FILE…``"""
    words = [context.command_path]
    if isinstance(command, TyperGroup):
        words += ["命令", "[选项]"]
    else:
        words += ["[选项]"]
        words += [argument_label(parameter) for parameter in arguments_of(command)]
    return "用法：" + " ".join(words)


def arguments_of(command: Any) -> list[Any]:
    return [parameter for parameter in command.params if parameter.param_type_name == "argument"]


def options_of(command: Any) -> list[Any]:
    return [
        parameter
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False)
    ]


def argument_label(parameter: Any) -> str:
    """``FILE…`` for one or more, ``[CODE]`` for one that may be left out."""
    name = parameter.metavar or parameter.name.upper()
    name = name + "…" if parameter.nargs != 1 else name
    return name if parameter.required else f"[{name}]"


def option_label(parameter: Any) -> str:
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag else f"{names} {parameter.metavar or parameter.name.upper()}"


def help_text(command: Any, context: Any) -> str:
    """The whole help page of a command or a group of commands."""
    from scorer.report.width import wrap

    blocks = ["\n".join(wrap(usage_line(command, context), WIDTH))]
    for paragraph in re.split(r"\n\s*\n", (command.help or "").strip()):
        blocks.append("\n".join(part for line in paragraph.splitlines() for part in wrap(line.strip(), WIDTH)))
    if isinstance(command, TyperGroup):
        entries = [(name, first_sentence(entry)) for name, entry in command.commands.items() if not entry.hidden]
        blocks.append(_listed("命令", entries))
    blocks.append(_listed("参数", [(argument_label(entry), entry.help or "") for entry in arguments_of(command)]))
    options = [(option_label(entry), entry.help or "") for entry in options_of(command)]
    blocks.append(_listed("选项", [*options, ("-h, --help", "显示本说明")]))
    if command.epilog:
        blocks.append("\n".join(wrap(command.epilog, WIDTH)))
    return "\n\n".join(block for block in blocks if block) + "\n"


def first_sentence(command: Any) -> str:
    """What a command does, in the line that lists it."""
    return (command.help or "").strip().splitlines()[0].rstrip("。")


def _listed(heading: str, entries: Iterable[tuple[str, str]]) -> str:
    from scorer.report.width import pad, width_of, wrap

    listed = list(entries)
    if not listed:
        return ""
    column = min(max(width_of(label) for label, _ in listed), 26) + MARGIN
    lines = [f"{heading}："]
    for label, words in listed:
        wrapped = wrap(words, WIDTH - MARGIN - column)
        if width_of(label) + MARGIN > column:
            lines.append(" " * MARGIN + label)
            label = ""
        lines.append(" " * MARGIN + pad(label, column) + wrapped[0])
        lines += [" " * (MARGIN + column) + line for line in wrapped[1:]]
    return "\n".join(line.rstrip() for line in lines)


class ChineseCommand(TyperCommand):
    """A command whose help is Chinese."""

    def get_help(self, ctx: Any) -> str:
        return help_text(self, ctx).rstrip("\n")


class ChineseGroup(TyperGroup):
    """A group of commands whose help is Chinese and which names what a mistyped command may have meant."""

    def get_help(self, ctx: Any) -> str:
        return help_text(self, ctx).rstrip("\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            close = get_close_matches(name, list(self.commands))
            meant = f"；是否想用 {'、'.join(close)}？" if close else f"；可用的命令有 {'、'.join(self.commands)}。"
            raise UsageError(f"没有“{name}”这个命令{meant}", ctx=ctx)
        return super().resolve_command(ctx, args)


def words_of(error: Any) -> str:
    """A usage error of typer as a Chinese sentence."""
    kind = type(error).__name__
    message = str(getattr(error, "message", "") or error)
    if kind == "MissingParameter":
        return f"缺少{_parameter_words(error.param)}。"
    if kind == "NoSuchOption":
        close = sorted(error.possibilities or ())
        return f"没有 {error.option_name} 这个选项" + (f"；是否想用 {'、'.join(close)}？" if close else "。")
    if kind == "BadOptionUsage":
        if "does not take" in message:
            return f"选项 {error.option_name} 后面不带值。"
        return f"选项 {error.option_name} 后面缺少值。"
    if kind == "BadParameter":
        return f"{_parameter_words(error.param)}不对：{number_words(message)}" if error.param else message
    if match := re.search(r"unexpected extra argument(?:s|\(s\))? \((.*)\)", message, re.DOTALL):
        return f"多出了参数：{match[1]}。{_source_words(error)}"
    if message.startswith("Missing command"):
        return "缺少命令。"
    return message


def number_words(message: str) -> str:
    """What typer says of a figure that it does not take, in Chinese; its versions word it differently."""
    if match := re.search(r"greater than or equal to (\S+)|is not in the range x>=([^\s.]+)", message):
        return f"不能小于 {match[1] or match[2]}。"
    if re.search(r"valid (?:integer|int)\b", message):
        return "应当是整数。"
    return "应当是数字。" if re.search(r"valid (?:number|float)\b", message) else message


def _source_words(error: Any) -> str:
    """What a command that takes one source says when a shell has made many of a wildcard."""
    context = getattr(error, "ctx", None)
    sources = [one for one in arguments_of(context.command) if one.metavar == "SOURCE"] if context is not None else []
    return '来源只能写一个；通配符要加引号，如 "自评表/*.xlsx"。' if sources else ""


def _parameter_words(parameter: Any) -> str:
    if parameter is None:
        return "参数"
    if parameter.param_type_name == "argument":
        return f"参数 {parameter.metavar or parameter.name.upper()} "
    return f"选项 {max(parameter.opts, key=len)} "


def error_text(error: Any) -> str:
    """What is printed for a usage error: how the command is called, what is wrong, where the help is."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        return help_text(context.command, context)
    words = re.sub(r" (?=。|，)", "", words_of(error))
    if context is None:
        return f"错误：{words}\n查看说明：scorer --help\n"
    return f"{usage_line(context.command, context)}\n错误：{words}\n查看说明：{context.command_path} --help\n"
