// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Which addresses pods may reach.
 *
 * @param podLabels what selects the pods, together with {@code podExpressions}; if both are empty, all of the namespace
 * @param restrictsEgress whether only what {@code egress} lists is reachable
 * @since 0.1.0
 */
public record NetworkPolicy(
        Metadata metadata,
        Map<String, String> podLabels,
        List<Expression> podExpressions,
        boolean restrictsEgress,
        List<Egress> egress)
        implements KubernetesObject {

    /**
     * One of {@code matchExpressions}.
     *
     * @param operator {@code In}, {@code NotIn}, {@code Exists} or {@code DoesNotExist}
     */
    public record Expression(String key, String operator, List<String> values) {

        /** By which condition each operator compares the value of a label, if the pod has it, with the values. */
        private static final Map<String, BiPredicate<Optional<String>, List<String>>> OPERATORS = Map.of(
                "In", (value, values) -> value.filter(values::contains).isPresent(),
                "NotIn", (value, values) -> value.filter(values::contains).isEmpty(),
                "Exists", (value, values) -> value.isPresent(),
                "DoesNotExist", (value, values) -> value.isEmpty());

        boolean isMetBy(Map<String, String> labels) {
            Optional<String> value = Optional.ofNullable(labels.get(key));
            return Optional.ofNullable(OPERATORS.get(operator))
                    .filter(condition -> condition.test(value, values))
                    .isPresent();
        }
    }

    /**
     * One rule of what is reachable.
     *
     * @param anywhere whether it names no peer, and so means all
     * @param cidrs address ranges
     * @param except address ranges within those, which are not meant
     * @param ports empty means all
     */
    public record Egress(boolean anywhere, List<String> cidrs, List<String> except, List<Port> ports) {}

    /**
     * A port, or a range of them.
     *
     * @param protocol {@code TCP} unless the manifest says otherwise
     * @param port a number or a name; empty means all
     * @param endPort 0 if it is no range
     */
    public record Port(String protocol, String port, long endPort) {}

    /** Whether it is for that pod. */
    public boolean selects(Pod pod) {
        return namespace().equals(pod.namespace())
                && pod.labels().entrySet().containsAll(podLabels.entrySet())
                && podExpressions.stream().allMatch(expression -> expression.isMetBy(pod.labels()));
    }
}
