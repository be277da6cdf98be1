"""What is heard in an audio file when it is played: how loud it is, what is clipped or silent, and its waveform."""
