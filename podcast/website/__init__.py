"""The pages: pure rendering from items to `{key: bytes}`, in the show's language."""
