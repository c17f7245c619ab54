// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an address leads to. Immutable.
 *
 * @param services those that it can be, of which only Event Hubs and Service Bus share a host; empty if none is known
 * @param name of the resource; empty if the address does not name one
 * @param path below the resource, without slashes at its ends
 * @param resourceId if the address has one; empty otherwise
 * @param cloud the public one where the address does not tell
 */
record Address(List<AzureService> services, String name, String path, String resourceId, AzureCloud cloud) {

    private static final Address UNKNOWN = new Address(List.of(), "", "", "", AzureCloud.PUBLIC);

    private static final Pattern RESOURCE_ID = Pattern.compile(
            "/subscriptions/[^/?#]+(/resourcegroups/[^/?#]+(/providers/[^/?#]+(/[^/?#]+/[^/?#]+)+)?)?",
            Pattern.CASE_INSENSITIVE);

    /** The parts of a resource ID up to the resource itself, and what is below the resource. */
    private static final Pattern LEVELS =
            Pattern.compile("(?i).*/providers/(?<namespace>[^/]+)/(?<type>[^/]+)/(?<name>[^/]+)(?<below>/.*)?");

    /** Also jdbc:sqlserver://HOST;…, and a host alone. */
    private static final Pattern URL = Pattern.compile(
            "(?:[a-z][a-z0-9+.-]*:(?:[a-z]+:)?//)?(?<host>[a-z0-9.-]+)(?::\\d+)?(?:[/;?#](?<rest>.*))?",
            Pattern.CASE_INSENSITIVE);

    /** Reads a URL, a host, a resource ID, or a page of the portal. */
    static Address parse(String text) {
        // A page of the portal is a URL with a resource ID in it, which says more than the portal's host.
        Matcher id = RESOURCE_ID.matcher(text);
        if (id.find()) {
            return parseResourceId(id.group());
        }
        Matcher url = URL.matcher(text.strip());
        if (!url.matches()) {
            return UNKNOWN;
        }
        String path = Optional.ofNullable(url.group("rest")).orElse("");
        return parseUrl(url.group("host").toLowerCase(Locale.ROOT), path);
    }

    private static Address parseUrl(String host, String path) {
        AzureCloud cloud = AzureCloud.ofHost(host);
        String publicHost = cloud.toPublicHost(host);
        List<AzureService> found = AzureService.ALL.stream()
                .filter(service -> service.answersAt(publicHost))
                .toList();
        boolean isNamedInHost = found.stream().anyMatch(AzureService::isNamedInHost);
        String name = isNamedInHost ? publicHost.substring(0, publicHost.indexOf('.')) : "";
        String plainPath = path.replaceFirst("[?#;].*", "").replaceAll("/+$", "");
        return new Address(found, name, plainPath, "", cloud);
    }

    private static Address parseResourceId(String id) {
        Matcher levels = LEVELS.matcher(id);
        if (!levels.matches()) {
            return new Address(List.of(AzureService.RESOURCE_MANAGER), "", "", id, AzureCloud.PUBLIC);
        }
        String type = levels.group("namespace") + "/" + levels.group("type");
        // A page of the portal adds the name of its blade, such as /overview.
        String below = Optional.ofNullable(levels.group("below")).orElse("");
        List<AzureService> found = AzureService.ALL.stream()
                .filter(service -> service.type().equalsIgnoreCase(type))
                .filter(service -> service.owns(below))
                .toList();
        List<AzureService> services = found.isEmpty() ? List.of(AzureService.RESOURCE_MANAGER) : found;
        return new Address(services, levels.group("name"), "", id, AzureCloud.PUBLIC);
    }

    /** What the address names below the resource of the service, such as a container; empty if it names nothing. */
    Optional<String> partOf(AzureService service) {
        String first = path.split("/", 2)[0];
        if (service.part().isEmpty() || first.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(service.part() + "/" + first);
    }
}
