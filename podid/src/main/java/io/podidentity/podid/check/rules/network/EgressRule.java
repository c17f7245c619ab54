package io.podidentity.podid.check.rules.network;

import io.podidentity.emulator.match.Ipv4Range;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.stream.Stream;

/** One rule of a policy: where to, and to which ports. Immutable. */
final class EgressRule {

    private static final List<Ipv4Range> PRIVATE = Stream.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10")
            .flatMap(cidr -> Ipv4Range.of(cidr).stream())
            .toList();

    private final FieldLocation rule;

    EgressRule(FieldLocation rule) {
        this.rule = rule;
    }

    /** Whether it names no peer, and so means all. */
    private boolean isAnywhere() {
        return rule.at("to").items().isEmpty();
    }

    boolean allows(String address, int port, String protocol) {
        Ipv4Range wanted = Ipv4Range.of(address).orElseThrow();
        return hasPort(port, protocol)
                && (isAnywhere()
                        || rule.at("to").items().stream().anyMatch(peer -> contains(peer.at("ipBlock"), wanted)));
    }

    private static boolean contains(FieldLocation block, Ipv4Range wanted) {
        return Ipv4Range.of(block.at("cidr").text())
                        .filter(range -> range.contains(wanted))
                        .isPresent()
                && block.at("except").items().stream()
                        .flatMap(except -> Ipv4Range.of(except.text()).stream())
                        .noneMatch(except -> except.contains(wanted));
    }

    /** Whether it lets anything out on that port: to any pod or any address. */
    boolean hasPort(int port, String protocol) {
        List<FieldLocation> ports = rule.at("ports").items();
        return ports.isEmpty() || ports.stream().anyMatch(one -> isPort(one, port, protocol));
    }

    private static boolean isPort(FieldLocation one, int port, String protocol) {
        String name = one.at("protocol").text();
        if (!protocol.equals(name.isEmpty() ? "TCP" : name)) {
            return false;
        }
        String text = one.at("port").text();
        if (text.isEmpty()) {
            return true;
        }
        // A name is a port of the pods that are reached, which are not known here.
        if (!text.matches("\\d{1,5}")) {
            return (text.equals("dns") && port == 53) || (text.equals("https") && port == 443);
        }
        int from = Integer.parseInt(text);
        String end = one.at("endPort").text();
        return port >= from && port <= (end.matches("\\d{1,5}") ? Integer.parseInt(end) : from);
    }

    /** Whether it lets out to addresses of the internet, some at least. */
    boolean allowsPublic(int port) {
        return hasPort(port, "TCP")
                && (isAnywhere()
                        || rule.at("to").items().stream()
                                .map(peer -> peer.at("ipBlock", "cidr").text())
                                .filter(cidr -> !cidr.isEmpty())
                                .anyMatch(cidr -> Ipv4Range.of(cidr)
                                        .filter(range -> PRIVATE.stream().anyMatch(one -> one.contains(range)))
                                        .isEmpty()));
    }

    /** Whether it lets out to addresses that a node may have. */
    boolean allowsNodes(int port) {
        return hasPort(port, "TCP")
                && (isAnywhere()
                        || rule.at("to").items().stream()
                                .flatMap(peer ->
                                        Ipv4Range.of(peer.at("ipBlock", "cidr").text()).stream())
                                .anyMatch(range -> !isLinkLocal(range)));
    }

    private static boolean isLinkLocal(Ipv4Range range) {
        return PRIVATE.subList(3, 5).stream().anyMatch(one -> one.contains(range));
    }
}
