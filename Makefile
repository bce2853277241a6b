VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The only commands to remember: demo, run, quick, test, check, fix, bench, prove.
.PHONY: demo run quick test check fix bench prove shots lock messages
demo: $(STAMP)      ## the main job played through the real product, then the web interface
	@$(BIN)/staffetta demo $(ARGS)
export PYTHON
run: $(STAMP)       ## the platform: web, lanes and schedule under one command
	@$(BIN)/staffetta run $(ARGS)
quick: $(STAMP)     ## style, types and the tests nearest to a change, within a minute
	@$(BIN)/python -m tools.quick $(ARGS)
test: $(STAMP)      ## the whole suite; optional parts skip with a count
	@$(BIN)/python -m tools.test $(ARGS)
check: $(STAMP)     ## everything a change must pass
	@sh tools/check.sh
fix: $(STAMP)       ## what can be mended by a machine
	@sh tools/fix.sh
bench: $(STAMP)     ## measurements, written to bench/results.json
	@$(BIN)/python -m bench $(ARGS)
prove: $(STAMP)     ## long proofs, written to prove/results.json
	@$(BIN)/python -m prove $(ARGS)
shots: $(STAMP)     ## screenshots of every page into build/screenshots
	@$(BIN)/python -m tools.screenshots $(ARGS)
lock:               ## re-resolve requirements.lock (needs uv; not needed to install)
	@sh tools/lock.sh
messages: $(STAMP)  ## collect and compile translations (needs gettext; not needed to install)
	@sh tools/messages.sh

$(STAMP): requirements.lock pyproject.toml
	@sh tools/bootstrap.sh $(VENV)
	@touch $(STAMP)
