"""Moving a show in: from feeds of other hosts, from folders of audio, from several states of one show."""
