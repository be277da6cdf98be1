"""Chapters in files of their own: what editors export and apps read, each format in a module."""
