"""Moving in: from what is published elsewhere to a show folder."""
