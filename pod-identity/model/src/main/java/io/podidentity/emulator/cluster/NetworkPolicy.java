package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.Map;

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

        boolean isMetBy(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                case "DoesNotExist" -> value == null;
                default -> false;
            };
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
