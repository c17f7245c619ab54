// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Objects of a cluster as one text for the reader of manifests, a field in each line, and which field that is: what is
 * found is named by its path in the object, since there is no file. The objects are as somebody wrote them, without
 * what the cluster and the webhook have added.
 */
final class LiveText {

    /** In place of a file's name; no file is called so. */
    static final String FILE = "(cluster)";

    private static final Pattern PLACE = Pattern.compile(Pattern.quote(FILE) + ":(\\d+):\\d+");

    /** The webhook's volume, of its old and its new generation. */
    private static final Pattern VOLUME =
            Pattern.compile("azure-identity-token|azure-workload-identity-reserved-[0-9a-f]+");

    private static final Set<String> VARIABLES =
            Set.of("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST");

    private static final Set<String> OF_CLUSTER = Set.of(
            "metadata.managedFields",
            "metadata.uid",
            "metadata.resourceVersion",
            "metadata.generation",
            "metadata.creationTimestamp",
            "metadata.selfLink",
            "metadata.generateName",
            "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration");

    private final StringBuilder text = new StringBuilder();
    /**
     * What a line is about.
     *
     * @param field empty of the object itself
     */
    private record Place(ObjectRef object, String field) {

        static final Place NONE = new Place(ObjectRef.ofDocument(""), "");
    }

    /** Of each line from 1, as far as it is written. */
    private final List<Place> places = new ArrayList<>(List.of(Place.NONE, Place.NONE));

    void add(Part object) {
        line("---", new Place(object.ref(), ""));
        value(object.value(), object, "");
        line("", Place.NONE);
    }

    private static boolean isAdded(Part object, String path) {
        return OF_CLUSTER.contains(path)
                || switch (object.kind()) {
                    case "AzureAssignedIdentity" -> false;
                    // As it was before the webhook; on a node it would pass for one that the webhook has missed.
                    case "Pod" ->
                        (path.startsWith("status.") && !path.equals("status.phase"))
                                || (path.equals("spec.nodeName") && isChanged(object));
                    // Of a workload that is scaled to zero the next pod is judged.
                    case "Deployment", "StatefulSet" -> path.equals("status") || path.equals("spec.replicas");
                    default -> path.equals("status");
                };
    }

    private static boolean isAddedItem(Part object, String list, Part item) {
        boolean fits = list.endsWith(".env")
                ? VARIABLES.contains(item.text("name"))
                : (list.endsWith(".volumes") || list.endsWith(".volumeMounts")) && isOfWebhook(item);
        return fits && isChanged(object);
    }

    /** Whether the pod has the webhook's volume. */
    static boolean isChanged(Part pod) {
        return pod.at("spec", "volumes").items().stream().anyMatch(LiveText::isOfWebhook);
    }

    private static boolean isOfWebhook(Part volume) {
        return VOLUME.matcher(volume.text("name")).matches();
    }

    String text() {
        return text.toString();
    }

    /** The field in that line, such as {@code spec.selector}; empty for the object itself. */
    String path(int line) {
        return place(line).field();
    }

    /** The object in that line; a document without a name where there is none. */
    ObjectRef object(int line) {
        return place(line).object();
    }

    private Place place(int line) {
        return line < places.size() ? places.get(line) : Place.NONE;
    }

    /** A sentence with objects and fields in place of lines, and the cluster in place of manifests. */
    String named(String sentence) {
        String ofCluster = sentence.replace("is not in these files", "is not in the cluster")
                .replace("which no manifest defines", "which the cluster does not have")
                .replace("these files have", "the cluster has")
                .replace(", or add its file to the check", "")
                .replace("Add its file to the check", "Create it")
                .replaceFirst("^Add the files with (.*) to the check, or create them", "Create $1");
        return PLACE.matcher(ofCluster)
                .replaceAll(match -> Matcher.quoteReplacement(describe(place(Integer.parseInt(match.group(1))))));
    }

    private static String describe(Place place) {
        return (place.object() + " " + place.field()).strip();
    }

    private void value(@Nullable Object value, Part object, String path) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            text.append('{');
            map.forEach((key, field) -> {
                String below = path.isEmpty() ? String.valueOf(key) : path + "." + key;
                if (!isAdded(object, below)) {
                    next(object, below);
                    text.append(Json.write(key)).append(": ");
                    value(field, object, below);
                    text.append(',');
                }
            });
            text.append('}');
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            text.append('[');
            int number = 0;
            for (Object item : list) {
                if (!isAddedItem(object, path, new Part(item))) {
                    String below = path + "[" + number++ + "]";
                    next(object, below);
                    value(item, object, below);
                    text.append(',');
                }
            }
            text.append(']');
        } else {
            text.append(Json.write(value));
        }
    }

    /** Ends a line; the next one is about that field. */
    private void next(Part object, String path) {
        text.append("\n ");
        places.add(new Place(object.ref(), path));
    }

    private void line(String content, Place place) {
        text.append(content).append('\n');
        places.add(place);
    }
}
