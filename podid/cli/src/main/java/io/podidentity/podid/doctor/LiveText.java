// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Objects of a cluster as one text for the reader of manifests, a field in each line, and which field that is: what is
 * found is named by its path in the object, since there is no file. The objects are as somebody wrote them, without
 * what the cluster and the webhook have added. Not thread-safe.
 */
final class LiveText {

    /** What positions have in place of a file's name; no file is called so. */
    static final String FILE = "(cluster)";

    private static final Pattern PLACE = Pattern.compile(Pattern.quote(FILE) + ":(\\d+):\\d+");

    /** The webhook's volume, of its old and its new generation. */
    private static final Pattern VOLUME_OF_WEBHOOK =
            Pattern.compile("azure-identity-token|azure-workload-identity-reserved-[0-9a-f]+");

    private static final Set<String> VARIABLES_OF_WEBHOOK =
            Set.of("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST");

    private static final Set<String> ADDED_TO_EACH = Set.of(
            "metadata.managedFields",
            "metadata.uid",
            "metadata.resourceVersion",
            "metadata.generation",
            "metadata.creationTimestamp",
            "metadata.selfLink",
            "metadata.generateName",
            "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration");

    /**
     * What the cluster adds to objects of some kinds; to all others it adds their status. Without its replicas a
     * workload that is scaled to zero is judged by its next pod. The status of an assigned identity is what MIC wrote.
     */
    private static final Map<String, Set<String>> ADDED_BY_KIND = Map.of(
            "Deployment", Set.of("status", "spec.replicas"),
            "StatefulSet", Set.of("status", "spec.replicas"),
            "AzureAssignedIdentity", Set.of());

    private final StringBuilder text = new StringBuilder();

    /** What each line is about; lines count from 1, so the first element stands for none. */
    private final List<Place> places = new ArrayList<>(List.of(Place.NONE, Place.NONE));

    /**
     * What a line is about.
     *
     * @param field empty of the object itself
     */
    private record Place(ObjectRef object, String field) {

        static final Place NONE = new Place(ObjectRef.ofDocument(""), "");

        String describe() {
            return (object + " " + field).strip();
        }
    }

    /** Writes an object after those that are there already. */
    void addObject(KubernetesJson object) {
        writeLine("---", new Place(object.ref(), ""));
        writeValue(object.value(), object, "");
        writeLine("", Place.NONE);
    }

    private static boolean isAddedField(KubernetesJson object, String path) {
        if (ADDED_TO_EACH.contains(path)) {
            return true;
        }
        if (object.kind().equals("Pod")) {
            return isAddedToPod(object, path);
        }
        return ADDED_BY_KIND.getOrDefault(object.kind(), Set.of("status")).contains(path);
    }

    /** A pod is shown as it was before the webhook; with its node it would pass for one that the webhook has missed. */
    private static boolean isAddedToPod(KubernetesJson pod, String path) {
        boolean isStatus = path.startsWith("status.") && !path.equals("status.phase");
        return isStatus || (path.equals("spec.nodeName") && hasVolumeOfWebhook(pod));
    }

    private static boolean isAddedItem(KubernetesJson object, String list, KubernetesJson item) {
        return isLikeOfWebhook(list, item) && hasVolumeOfWebhook(object);
    }

    private static boolean isLikeOfWebhook(String list, KubernetesJson item) {
        if (list.endsWith(".env")) {
            return VARIABLES_OF_WEBHOOK.contains(item.text("name"));
        }
        boolean hasVolumes = list.endsWith(".volumes") || list.endsWith(".volumeMounts");
        return hasVolumes && isVolumeOfWebhook(item);
    }

    /** Whether the webhook has changed the pod. */
    static boolean hasVolumeOfWebhook(KubernetesJson pod) {
        return pod.at("spec", "volumes").items().stream().anyMatch(LiveText::isVolumeOfWebhook);
    }

    private static boolean isVolumeOfWebhook(KubernetesJson volume) {
        return VOLUME_OF_WEBHOOK.matcher(volume.text("name")).matches();
    }

    String text() {
        return text.toString();
    }

    /** The field in that line, such as {@code spec.selector}; empty for the object itself. */
    String pathOfLine(int line) {
        return findPlace(line).field();
    }

    /** The object in that line; a document without a name where there is none. */
    ObjectRef objectOfLine(int line) {
        return findPlace(line).object();
    }

    private Place findPlace(int line) {
        return line < places.size() ? places.get(line) : Place.NONE;
    }

    /** Says a sentence with objects and fields in place of lines, and with the cluster in place of manifests. */
    String translate(String sentence) {
        String ofCluster = sentence.replace("is not in these files", "is not in the cluster")
                .replace("which no manifest defines", "which the cluster does not have")
                .replace("these files have", "the cluster has")
                .replace(", or add its file to the check", "")
                .replace("Add its file to the check", "Create it")
                .replaceFirst("^Add the files with (.*) to the check, or create them", "Create $1");
        return PLACE.matcher(ofCluster).replaceAll(this::describePlace);
    }

    private String describePlace(MatchResult place) {
        int line = Integer.parseInt(place.group(1));
        return Matcher.quoteReplacement(findPlace(line).describe());
    }

    /** Writes JSON, which is YAML too, with a line break before each field and element. */
    private void writeValue(@Nullable Object value, KubernetesJson object, String path) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            writeMap(map, object, path);
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            writeList(list, object, path);
        } else {
            text.append(Json.write(value));
        }
    }

    private void writeMap(Map<?, ?> map, KubernetesJson object, String path) {
        text.append('{');
        for (Map.Entry<?, ?> field : map.entrySet()) {
            String key = String.valueOf(field.getKey());
            String below = path.isEmpty() ? key : path + "." + key;
            if (!isAddedField(object, below)) {
                startLine(object, below);
                text.append(Json.write(key)).append(": ");
                writeValue(field.getValue(), object, below);
                text.append(',');
            }
        }
        text.append('}');
    }

    /** Elements that were added are not counted, so that the index is that of the manifest. */
    private void writeList(List<?> list, KubernetesJson object, String path) {
        text.append('[');
        int index = 0;
        for (Object item : list) {
            if (isAddedItem(object, path, new KubernetesJson(item))) {
                continue;
            }
            String below = path + "[" + index + "]";
            startLine(object, below);
            writeValue(item, object, below);
            text.append(',');
            index++;
        }
        text.append(']');
    }

    /** Ends a line; the next one is about that field. */
    private void startLine(KubernetesJson object, String path) {
        text.append("\n ");
        places.add(new Place(object.ref(), path));
    }

    private void writeLine(String content, Place place) {
        text.append(content).append('\n');
        places.add(place);
    }
}
