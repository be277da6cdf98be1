"""What is looked at before an issue of the newsletter is sent, and whether it still holds afterwards."""
