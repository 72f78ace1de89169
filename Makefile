# Short names for the scripts. Nothing needs make.
.PHONY: demo test lint docs perf fuzz data
demo test lint docs perf fuzz data:
	@scripts/$@
