"""Whether an image carries the licence of each library: licences.py ROOT-OF-THE-IMAGE

A library has it in its jar, or the SBOM names it and the image has its text: in /licenses/libraries, by its SPDX ID, or,
for Apache-2.0, as the image's own. Prints the libraries without one; exit 1 if there are any.
"""

import json
import pathlib
import re
import sys
import zipfile

root = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(root / "app/demo-app.jar") as app:
    components = json.loads(app.read("META-INF/sbom/application.cdx.json"))["components"]
named = {
    f"{part['name']}-{part['version']}.jar": [
        entry["license"].get("id", "") for entry in part.get("licenses", []) if "license" in entry
    ]
    for part in components
}
texts = {path.name for path in (root / "licenses/libraries").iterdir()} | {"Apache-2.0"}

jars = sorted((root / "app/libs").glob("*.jar"))
without = []
for jar in jars:
    with zipfile.ZipFile(jar) as library:
        inside = any(re.search(r"(^|/)(licen[sc]e|copying)[^/]*$", name, re.I) for name in library.namelist())
    if not inside and texts.isdisjoint(named.get(jar.name, [])):
        without.append(f"{jar.name}: {named.get(jar.name, 'not in the SBOM')}")
print(f"{len(jars)} libraries, {len(without)} without a licence")
print("\n".join(without))
sys.exit(1 if without or not jars else 0)
