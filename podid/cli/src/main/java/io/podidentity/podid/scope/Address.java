// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an address leads to.
 *
 * @param services those that it can be, of which only Event Hubs and Service Bus share a host
 * @param name of the resource, empty if the address does not name one
 * @param path below it, without slashes at its ends
 * @param resourceId as the address has it; empty otherwise
 * @param cloud the public one where the address does not tell
 */
record Address(List<AzureService> services, String name, String path, String resourceId, AzureCloud cloud) {

    private static final Pattern RESOURCE_ID = Pattern.compile(
            "/subscriptions/[^/?#]+(/resourcegroups/[^/?#]+(/providers/[^/?#]+(/[^/?#]+/[^/?#]+)+)?)?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern URL = Pattern.compile(
            "(?:[a-z][a-z0-9+.-]*:(?:[a-z]+:)?//)?([a-z0-9.-]+)(?::\\d+)?(?:[/;?#](.*))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern LEVELS = Pattern.compile("(?i)(.*/providers/([^/]+)/([^/]+)/([^/]+))(/.*)?");

    /** Reads a URL, a host, a resource ID, or a page of the portal. */
    static Address of(String text) {
        Matcher id = RESOURCE_ID.matcher(text);
        if (id.find()) {
            return ofResource(id.group());
        }
        Matcher url = URL.matcher(text.strip());
        if (!url.matches()) {
            return new Address(List.of(), "", "", "", AzureCloud.PUBLIC);
        }
        String written = url.group(1).toLowerCase(Locale.ROOT);
        AzureCloud cloud = AzureCloud.of(written);
        String host = cloud.toPublic(written);
        String path = url.group(2) == null
                ? ""
                : url.group(2).replaceFirst("[?#;].*", "").replaceAll("/+$", "");
        var found = new ArrayList<AzureService>();
        for (AzureService service : AzureService.ALL) {
            if (service.hosts().stream().anyMatch(end -> end.startsWith(".") ? host.endsWith(end) : host.equals(end))) {
                found.add(service);
            }
        }
        boolean named = found.stream().anyMatch(one -> one.hosts().get(0).startsWith("."));
        return new Address(found, named ? host.substring(0, host.indexOf('.')) : "", path, "", cloud);
    }

    /** A page of the portal adds the name of its blade. */
    private static Address ofResource(String id) {
        Matcher levels = LEVELS.matcher(id);
        if (!levels.matches()) {
            return new Address(List.of(AzureService.RESOURCE_MANAGER), "", "", id, AzureCloud.PUBLIC);
        }
        String type = levels.group(2) + "/" + levels.group(3);
        List<AzureService> found = AzureService.ALL.stream()
                .filter(service -> service.type().equalsIgnoreCase(type))
                .filter(service -> levels.group(5) == null
                        || service.part().isEmpty()
                        || levels.group(5).toLowerCase(Locale.ROOT).startsWith("/" + firstOf(service.part()))
                        || !levels.group(5).toLowerCase(Locale.ROOT).contains("services/"))
                .toList();
        return new Address(
                found.isEmpty() ? List.of(AzureService.RESOURCE_MANAGER) : found,
                levels.group(4),
                "",
                id,
                AzureCloud.PUBLIC);
    }

    private static String firstOf(String part) {
        return part.split("/", 2)[0].toLowerCase(Locale.ROOT);
    }

    /** What the address names below the resource, such as a container; empty if it names nothing there. */
    String partOf(AzureService service) {
        String first = path.split("/", 2)[0];
        return service.part().isEmpty() || first.isEmpty() ? "" : service.part() + "/" + first;
    }
}
