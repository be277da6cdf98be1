"""Publishing: load, measure, observe, decide, render, plan, apply. Deciding is pure; only `apply` writes."""
