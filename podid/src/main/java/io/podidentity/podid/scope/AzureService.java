package io.podidentity.podid.scope;

import java.util.List;
import java.util.stream.Stream;

/**
 * A service whose API takes Entra ID's tokens.
 *
 * @param hosts what its host names end in; the first label before that is the resource's name
 * @param resource what a token is requested for; {@code NAME} stands for the resource's name
 * @param type of the resource in Azure; empty if it is none
 * @param roles the least powerful first
 * @param part what a path segment of an address names below the resource, such as {@code
 *     blobServices/default/containers}; empty for nothing
 * @param note if roles of Azure are not what counts; empty otherwise
 */
record AzureService(
        String name, List<String> hosts, String resource, String type, List<Role> roles, String part, String note) {

    record Role(String name, String allows) {}

    AzureService {
        hosts = List.copyOf(hosts);
        roles = List.copyOf(roles);
    }

    /** @param hosts with spaces between them */
    static AzureService of(String name, String hosts, String resource) {
        return new AzureService(name, List.of(hosts.split(" ")), resource, "", List.of(), "", "");
    }

    AzureService type(String otherType, String otherPart) {
        return new AzureService(name, hosts, resource, otherType, roles, otherPart, note);
    }

    /** @param texts as {@code name: what it allows} */
    AzureService roles(String... texts) {
        List<Role> all = Stream.of(texts)
                .map(role -> role.split(": ", 2))
                .map(parts -> new Role(parts[0], parts[1]))
                .toList();
        return new AzureService(name, hosts, resource, type, all, part, note);
    }

    AzureService note(String text) {
        return new AzureService(name, hosts, resource, type, roles, part, text);
    }
}
