"""What can be said: frozen types of the field, standard library only, no I/O and no clock."""
