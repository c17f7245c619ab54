"""What a node without kube-proxy and DNS lacks: addresses of Services lead to their pods, and their names to these addresses.

node-services.py ADDRESS   in the node's network, with KUBECONFIG: answers at ADDRESS:53 and writes iptables' rules, until it is ended
"""

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request

PROXY = 8901
addresses = {}


def listed(kind):
    with urllib.request.urlopen(f"http://127.0.0.1:{PROXY}/api/v1/{kind}") as answer:
        return json.load(answer)["items"]


def rules(services, endpoints):
    found = {(one["metadata"]["namespace"], one["metadata"]["name"]): one.get("subsets", []) for one in endpoints}
    for service in services:
        name = service["metadata"]["namespace"], service["metadata"]["name"]
        address = service["spec"].get("clusterIP", "None")
        if address == "None":
            continue
        addresses[f"{name[1]}.{name[0]}.svc"] = address
        for subset in found.get(name, []):
            targets = {port.get("name"): port["port"] for port in subset["ports"]}
            for port in service["spec"]["ports"]:
                if "addresses" in subset and port.get("name") in targets:
                    yield f"{address}/32 -p tcp -m tcp --dport {port['port']} -j DNAT --to-destination " \
                          f"{subset['addresses'][0]['ip']}:{targets[port.get('name')]}"


def apply(wanted):
    lines = ["*nat", ":SERVICES - [0:0]"] + [f"-A SERVICES -d {rule}" for rule in wanted] + ["COMMIT", ""]
    subprocess.run(["iptables-restore", "--noflush"], input="\n".join(lines), check=True, text=True)


def dns(address):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    while True:
        query, client = server.recvfrom(512)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = ".".join(labels).lower().removesuffix(".cluster.local")
        question = query[12:at + 5]
        found = addresses.get(name)
        wanted = found and question[-4:-2] == b"\0\1"
        header = query[:2] + (b"\x85\x80" if found else b"\x85\x83") + b"\0\1\0" + (b"\1" if wanted else b"\0") + b"\0\0\0\0"
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4" + socket.inet_aton(found) if wanted else b""
        server.sendto(header + question + answer, client)


def main():
    apply([])
    for chain in "PREROUTING", "OUTPUT":
        subprocess.run(["iptables", "-t", "nat", "-A", chain, "-j", "SERVICES"], check=True)
    # A pod that asks another one by its Service's address must get the answer from there.
    subprocess.run(["iptables", "-t", "nat", "-A", "POSTROUTING", "-m", "conntrack", "--ctstate", "DNAT", "-j", "MASQUERADE"], check=True)
    subprocess.Popen(["kubectl", "proxy", f"--port={PROXY}"])
    threading.Thread(target=dns, args=(sys.argv[1],), daemon=True).start()
    before = None
    while True:
        try:
            now = sorted(rules(listed("services"), listed("endpoints")))
            if now != before:
                apply(now)
                before = now
        except (OSError, subprocess.CalledProcessError) as e:
            print(e, file=sys.stderr)
        time.sleep(0.2)


main()
