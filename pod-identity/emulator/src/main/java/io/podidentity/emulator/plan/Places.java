// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.server.LoopbackServer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where an emulator listens, and how its clients reach it: by default on 127.0.0.1, at any free ports. In a container
 * it listens on all addresses, at ports that are known beforehand, and clients come by another host and other ports,
 * which then are in every address that the emulator gives away.
 *
 * <p>Immutable; no argument is null.
 *
 * @param bind the address to listen on
 * @param chosen the ports that are not any free ones
 * @param first the first of consecutive ports, 0 if they are chosen one by one
 * @param exposedHost by which clients come, null for a name of loopback
 * @param exposedPorts what clients use in place of a port of this machine
 * @param entraHosts names by which clients come to Entra ID at HTTPS's own port
 * @param hidden the servers that listen on loopback whatever the address is
 * @since 0.1.0
 */
public record Places(
        InetAddress bind,
        Map<PortName, Integer> chosen,
        int first,
        @Nullable String exposedHost,
        IntUnaryOperator exposedPorts,
        List<String> entraHosts,
        Set<PortName> hidden) {

    private static final InetAddress LOOPBACK = LoopbackServer.loopback();
    private static final Set<String> LOOPBACK_NAMES = Set.of("127.0.0.1", "localhost");
    private static final int LAST = 65_535;

    /** The servers, in the order of their ports; behind the last one come those of the pods. */
    public enum PortName {
        IMDS,
        ENTRA,
        STORAGE,
        CLUSTER_ISSUER,
        TOKEN_PROXY,
        NMI_HOST,
        NMI_OBSERVED
    }

    public Places {
        chosen = Map.copyOf(chosen);
        entraHosts = List.copyOf(entraHosts);
        hidden = Set.copyOf(hidden);
    }

    /** 127.0.0.1, and any free ports. */
    public static Places onLoopback() {
        return new Places(LOOPBACK, Map.of(), 0, null, IntUnaryOperator.identity(), List.of(), Set.of());
    }

    /** The same, but listening on this address; on the wildcard address it is still reached by loopback. */
    public Places on(InetAddress address) {
        return new Places(
                requireNonNull(address, "address"), chosen, first, exposedHost, exposedPorts, entraHosts, hidden);
    }

    /** The same with these ports; 0 is any free one. */
    public Places withPorts(int imds, int entra, int storage) {
        var ports = Map.of(PortName.IMDS, imds, PortName.ENTRA, entra, PortName.STORAGE, storage);
        return new Places(bind, ports, 0, exposedHost, exposedPorts, entraHosts, hidden);
    }

    /**
     * The same, with consecutive ports: first those of {@link PortName}, then one for each pod that has a metadata
     * service of its own, by namespace and name; a new pod takes the first one that is free.
     *
     * @throws IllegalArgumentException if there are no such ports
     */
    public Places withPortsFrom(int first) {
        if (first < 1 || first + PortName.values().length > LAST) {
            throw new IllegalArgumentException("There are no ports from " + first + " on");
        }
        return new Places(bind, Map.of(), first, exposedHost, exposedPorts, entraHosts, hidden);
    }

    /**
     * The same, but clients come by another way.
     *
     * @param host a name or an address, an IPv6 address in brackets; the certificate is for it too
     * @param port what a client uses in place of a port of this machine; throws UncheckedIOException for none
     */
    public Places exposedAs(String host, IntUnaryOperator port) {
        return new Places(
                bind, chosen, first, requireNonNull(host, "host"), requireNonNull(port, "port"), entraHosts, hidden);
    }

    /**
     * The same, but clients come to Entra ID by the first of these names, at HTTPS's own port: names of Azure's that
     * lead here.
     */
    public Places withEntraAs(List<String> hosts) {
        return new Places(bind, chosen, first, exposedHost, exposedPorts, hosts, hidden);
    }

    /** The same, but these servers answer programs of this machine alone, whatever the address is. */
    public Places hiding(Set<PortName> servers) {
        return new Places(bind, chosen, first, exposedHost, exposedPorts, entraHosts, servers);
    }

    /** The address on which a server listens. */
    public InetAddress bind(PortName port) {
        return hidden.contains(port) ? LOOPBACK : bind;
    }

    /** Entra ID's address if clients come by a name of its own. */
    public Optional<URI> entra() {
        return entraHosts.stream().findFirst().map(host -> URI.create("https://" + host));
    }

    /** The port of a server; 0 is any free one. */
    public int port(PortName port) {
        return first > 0 ? first + List.of(PortName.values()).indexOf(port) : chosen.getOrDefault(port, 0);
    }

    /** The first port for a pod; 0 is any free one for each of them. */
    public int firstOfPods() {
        return first > 0 ? first + PortName.values().length : 0;
    }

    /**
     * The host in an address that is given away.
     *
     * @param usual a name of loopback, which it is unless another one leads here
     */
    public String host(String usual) {
        if (exposedHost != null) {
            return LOOPBACK_NAMES.contains(exposedHost) ? usual : exposedHost;
        }
        return isLoopback() ? usual : literal(bind);
    }

    /** The host by which this machine itself gets there: that loopback name, if it leads there. */
    public String localHost(String usual) {
        return isLoopback() ? usual : literal(bind);
    }

    /**
     * The port in an address that is given away.
     *
     * @throws java.io.UncheckedIOException if clients have no way to that port
     */
    public int exposedPort(int port) {
        return exposedPorts.applyAsInt(port);
    }

    /** The hosts beside loopback's, by which it is known: those that its certificate needs; unmodifiable. */
    public Set<String> names() {
        var names = new LinkedHashSet<String>();
        names.add(host("localhost"));
        names.add(localHost("localhost"));
        names.removeAll(LOOPBACK_NAMES);
        names.addAll(entraHosts);
        return Set.copyOf(names);
    }

    private boolean isLoopback() {
        return bind.equals(LOOPBACK) || bind.isAnyLocalAddress();
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + text.replaceFirst("%.*", "") + "]" : text;
    }
}
