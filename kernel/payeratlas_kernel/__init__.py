"""Native reader of payer price files; used through ``payeratlas.formats``."""

from payeratlas_kernel._tic import LEVELS, parse, parse_hospital

__all__ = ["LEVELS", "parse", "parse_hospital"]
