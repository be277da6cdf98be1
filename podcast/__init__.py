"""The tool: command line, publishing, stores and pages. May import feed and episodes."""
