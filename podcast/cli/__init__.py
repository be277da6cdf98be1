"""x."""


def main() -> None:
    """Run."""
