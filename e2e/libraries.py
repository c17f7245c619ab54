"""The hashes of the contents of an image's libraries, whatever their names: libraries.py ROOT-OF-THE-IMAGE LIBRARIES

Without Boot's tools and starters, which contain no code of the app; with the hashes of the licences.
"""

import hashlib
import pathlib
import re
import sys
import zipfile

root, libraries = map(pathlib.Path, sys.argv[1:])
jars = [jar for jar in libraries.glob("*.jar") if not re.match("spring-boot-(starter|jarmode-tools)", jar.name)]
lines = [
    f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.relative_to(root)}"
    for file in (root / "licenses").rglob("*")
    if file.is_file()
]
for jar in [*jars, root / "app/token-provider.jar"]:
    entries = sorted(
        (entry.filename, entry.CRC)
        for entry in zipfile.ZipFile(jar).infolist()
        if entry.filename != "META-INF/MANIFEST.MF" and not entry.is_dir()
    )
    lines.append(hashlib.sha256(repr(entries).encode()).hexdigest())
print("\n".join(sorted(lines)))
