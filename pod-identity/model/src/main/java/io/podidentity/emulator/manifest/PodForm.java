// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.util.ArrayList;
import java.util.List;

/**
 * How a kind describes its pods: paths from the place of the description, with slashes between keys, and {@code ..} for
 * what is around it. Immutable.
 *
 * @param labels of the pods, those that win first
 * @param annotations of the pods, those that win first
 * @param accounts where their service account can be named, the one that wins first
 * @param spec of the pods; empty where the description itself has its fields
 * @param isTemplate whether it is a pod template as Kubernetes' own kinds have it
 */
record PodForm(List<String> labels, List<String> annotations, List<String> accounts, String spec, boolean isTemplate) {

    /** As the kinds of Kubernetes itself. */
    static final PodForm TEMPLATE = new PodForm(
            List.of("metadata/labels"),
            List.of("metadata/annotations"),
            List.of("spec/serviceAccountName", "spec/serviceAccount"),
            "spec",
            true);

    /** The job manager and the task managers of Flink run as the account of the whole deployment. */
    static final PodForm FLINK = new PodForm(
            List.of("metadata/labels"),
            List.of("metadata/annotations"),
            List.of("../serviceAccount", "spec/serviceAccountName"),
            "spec",
            true);

    /** The driver and the executors of Spark, which run as the driver's account unless they have another. */
    static final PodForm SPARK = new PodForm(
            List.of("labels"),
            List.of("annotations"),
            List.of("serviceAccount", "../driver/serviceAccount"),
            "",
            false);

    /** A step of a workflow; what the workflow says of all its pods counts too. */
    static final PodForm STEP = new PodForm(
            List.of("metadata/labels", "../../podMetadata/labels"),
            List.of("metadata/annotations", "../../podMetadata/annotations"),
            List.of("serviceAccountName", "../../serviceAccountName"),
            "",
            false);

    /** Tekton gives its pods the labels and annotations of the run. */
    static final PodForm RUN = new PodForm(
            List.of("metadata/labels"),
            List.of("metadata/annotations"),
            List.of("spec/taskRunTemplate/serviceAccountName", "spec/serviceAccountName"),
            "spec",
            false);

    PodPlace at(List<String> place) {
        return new PodPlace(
                place,
                below(place, labels),
                below(place, annotations),
                below(place, accounts),
                below(place, spec),
                isTemplate);
    }

    private static List<List<String>> below(List<String> place, List<String> paths) {
        return paths.stream().map(path -> below(place, path)).toList();
    }

    private static List<String> below(List<String> place, String path) {
        var keys = new ArrayList<>(place);
        for (String key : path.isEmpty() ? new String[0] : path.split("/", -1)) {
            if (key.equals("..")) {
                keys.remove(keys.size() - 1);
            } else {
                keys.add(key);
            }
        }
        return List.copyOf(keys);
    }
}
