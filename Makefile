# Short names for the scripts. Nothing needs make.
.PHONY: demo test lint docs perf data
demo test lint docs perf data:
	@scripts/$@
