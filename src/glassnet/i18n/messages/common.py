"""Chinese of the messages that every part of glassnet shares: those of ``errors``."""

MESSAGES: dict[str, str] = {
    "{what} {value}: expected one of {choices}.": "{what} {value}：应为 {choices} 之一。",
    "{what} {value}: expected a number.": "{what} {value}：应为数字。",
    "{what} {value}: expected {least} to {most}.": "{what} {value}：应在 {least} 到 {most} 之间。",
}
