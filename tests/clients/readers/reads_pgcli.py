"""pgcli fills its completions, and describes what its user names."""

import os

from pgcli.completion_refresher import CompletionRefresher
from pgcli.pgcompleter import PGCompleter
from pgcli.pgexecute import PGExecute
from pgspecial import PGSpecial

execute = PGExecute(
    os.environ["PGDATABASE"], os.environ["PGUSER"], os.environ["PGPASSWORD"], os.environ["PGHOST"],
    os.environ["PGPORT"], options=os.environ["PGOPTIONS"])
special = PGSpecial()
completer = PGCompleter(pgspecial=special)
for refresh in CompletionRefresher.refreshers.values():
    refresh(completer, execute)
for kind in ("tables", "views", "functions", "datatypes"):
    print(kind, sorted(completer.dbmetadata[kind].get("shop", {})))
print(execute.view_definition("shop.recent"), execute.function_definition("shop.twice"))
for command in ("\\l", "\\l+", "\\du", "\\du+", "\\db", "\\dn", "\\dn+", "\\ddp",
                "\\dt shop.*", "\\dt+ shop.*", "\\dv", "\\dm", "\\ds", "\\di+ shop.*",
                "\\df shop.*",
                "\\df+ shop.*", "\\dT", "\\dT+ shop.*", "\\dD+ shop.*", "\\dE", "\\dF", "\\dF+",
                "\\dx", "\\dx+", "\\d", "\\d shop.orders", "\\d+ shop.orders", "\\d+ shop.parts",
                "\\d+ shop.recent", "\\d+ shop.sales", "\\sf shop.twice",
                "SELECT count(*) FROM shop.orders"):
    for title, rows, headers, status, *_ in execute.run(command, special):
        print(command, title, headers, status, sorted(map(str, rows or [])))
