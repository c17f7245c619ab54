// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.tls;

import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.util.IPAddress;

/**
 * The hosts for which a certificate authority may sign, as its certificates say in the extension NameConstraints: a DNS
 * name with all names below it, or one address. Every authority may sign for this machine's loopback. Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10">RFC 5280, section 4.2.1.10</a>
 */
final class PermittedNames {

    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private final Set<GeneralSubtree> subtrees;

    private PermittedNames(Set<GeneralSubtree> subtrees) {
        this.subtrees = Set.copyOf(subtrees);
    }

    /**
     * Loopback and these hosts.
     *
     * @param hosts names and addresses, those of IPv6 in brackets
     */
    static PermittedNames of(Set<String> hosts) {
        var subtrees = new LinkedHashSet<GeneralSubtree>();
        LOOPBACK.forEach(host -> subtrees.add(subtree(host)));
        hosts.forEach(host -> subtrees.add(subtree(host)));
        return new PermittedNames(subtrees);
    }

    /** Those that a certificate permits; empty if the certificate permits every name. */
    static Optional<PermittedNames> in(X509Certificate authority) {
        byte[] extension = authority.getExtensionValue(Extension.nameConstraints.getId());
        if (extension == null) {
            return Optional.empty();
        }
        byte[] constraints = ASN1OctetString.getInstance(extension).getOctets();
        return Optional.of(new PermittedNames(
                Set.of(NameConstraints.getInstance(constraints).getPermittedSubtrees())));
    }

    /** Whether a host is one of these, or a name below one of these. */
    boolean include(String host) {
        String name = withoutBrackets(host);
        if (IPAddress.isValid(name)) {
            return subtrees.contains(subtree(name));
        }
        for (String domain = name; !domain.isEmpty(); domain = parent(domain)) {
            if (subtrees.contains(subtree(domain))) {
                return true;
            }
        }
        return false;
    }

    private static String parent(String domain) {
        int dot = domain.indexOf('.');
        return dot < 0 ? "" : domain.substring(dot + 1);
    }

    /** The extension's value. */
    NameConstraints extension() {
        return new NameConstraints(subtrees.toArray(GeneralSubtree[]::new), null);
    }

    private static GeneralSubtree subtree(String host) {
        String name = withoutBrackets(host);
        if (!IPAddress.isValid(name)) {
            return new GeneralSubtree(new GeneralName(GeneralName.dNSName, name));
        }
        // An address is written with a mask, which here leaves no other address.
        String mask = IPAddress.isValidIPv4(name) ? "/32" : "/128";
        return new GeneralSubtree(new GeneralName(GeneralName.iPAddress, name + mask));
    }

    private static String withoutBrackets(String host) {
        return host.replaceAll("[\\[\\]]", "");
    }
}
