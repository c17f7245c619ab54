// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Finds the address to listen on, and says which addresses are no business of a command for one machine.
 *
 * @param interfaces the addresses of a network interface, by its name
 */
record BindAddress(Function<String, List<InetAddress>> interfaces) {

    /** What the engines call the bridges of their default networks. */
    private static final Map<String, List<String>> BRIDGES =
            Map.of("docker", List.of("docker0"), "podman", List.of("podman0", "cni-podman0"));

    /** No name, which would be looked up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    static BindAddress ofThisMachine() {
        return new BindAddress(BindAddress::readAddresses);
    }

    private static List<InetAddress> readAddresses(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            if (found == null) {
                return List.of();
            }
            return Collections.list(found.getInetAddresses());
        } catch (SocketException e) {
            return List.of();
        }
    }

    /**
     * Finds the address that {@code --bind} names.
     *
     * @param text the name of an engine, or an address
     * @param exposed whether others than this machine and its containers may reach the address
     * @throws IllegalArgumentException if there is no such address, or others may not reach it but could
     */
    InetAddress find(String text, boolean exposed) {
        List<String> bridges = BRIDGES.get(text);
        if (bridges != null) {
            return findBridge(text, bridges);
        }
        InetAddress address = parse(text);
        boolean isPrivate = address.isLoopbackAddress() || isBridge(address);
        if (!isPrivate && !exposed) {
            throw new IllegalArgumentException("--bind " + text + " can be reached from other machines, and what is"
                    + " sent there is not encrypted. Use --bind docker or podman, or add --exposed if nobody else is"
                    + " on that network.");
        }
        return address;
    }

    /** Whether it is the address of an engine's bridge, which this machine and its containers alone reach. */
    private boolean isBridge(InetAddress address) {
        return BRIDGES.values().stream()
                .flatMap(List::stream)
                .map(interfaces)
                .flatMap(List::stream)
                .anyMatch(address::equals);
    }

    private InetAddress findBridge(String engine, List<String> names) {
        return names.stream()
                .map(interfaces)
                .flatMap(List::stream)
                // A container reaches its bridge by IPv4 even where the bridge has an address of IPv6 too.
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no network interface "
                        + String.join(" or ", names) + " with an address. " + advice(engine)));
    }

    private static String advice(String engine) {
        if (engine.equals("podman")) {
            return "podman makes it with the first container: start one, or leave --bind away and run the containers with"
                    + " --network host. In podman machine, leave --bind away and use host.containers.internal.";
        }
        return "Start Docker. In Docker Desktop, leave --bind away: host.docker.internal reaches loopback.";
    }

    private static InetAddress parse(String text) {
        if (!LITERAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "--bind takes docker, podman or an address, not \"" + Refusal.printable(text) + "\"");
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--bind " + text + " is no address", e);
        }
    }
}
