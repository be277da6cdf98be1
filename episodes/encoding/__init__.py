"""Encoding: a recording becomes an MP3 or M4A file that every player likes."""
