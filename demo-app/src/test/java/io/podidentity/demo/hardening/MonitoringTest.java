// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.yaml.snakeyaml.Yaml;

/** The rules and the dashboard of k8s/monitoring use exactly the metric names that the demo exports. */
@DemoTest
@Import(FakeAzure.SignedIn.class)
class MonitoringTest {

    private static final Path FOLDER = Path.of("..", "k8s", "monitoring");

    /**
     * Labels, ranges, and "by" with its list contain no metric names; a word before "by" or before a parenthesis is a
     * function.
     */
    private static final Pattern NO_METRIC =
            Pattern.compile("\\{[^}]*}|\\[[^]]*]|(\\b\\w+ +)?\\bby \\([^)]*\\)|\\b\\w+ *\\(");

    private static final Pattern NAME = Pattern.compile("\\b[a-z]\\w*");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "on", "ignoring");

    @Autowired
    MockMvcTester mvc;

    @Test
    void rules_always_askForWhatIsExported() throws IOException {
        Stream<String> expressions = values(read("rules.yaml"), "expr");

        assertThat(exported()).containsAll(metrics(expressions, 6));
    }

    @Test
    void dashboard_always_asksForWhatIsExported() throws IOException {
        Stream<String> expressions = values(read("dashboard.json"), "expr");

        assertThat(exported()).containsAll(metrics(expressions, 6));
    }

    @Test
    void rules_always_sayWhatToDoAndHowBadItIs() throws IOException {
        assertThat(values(read("rules.yaml"), "severity")).hasSize(6).isSubsetOf("warning", "critical");
        assertThat(values(read("rules.yaml"), "summary")).hasSize(6).allMatch(text -> text.contains("$labels.pod"));
    }

    /** Azure's rule group is made from the rules; made again after each change of them. */
    @Test
    void ruleGroupOfAzure_always_hasTheSameRules() throws IOException {
        List<Map<?, ?>> group = rules(read("azure/rule-group.json")).toList();

        assertThat(group.stream()
                        .map(rule -> Map.of(
                                "alert", rule.get("alert"),
                                "expr", rule.get("expression"),
                                "for", rule.get("for").toString().substring(2).toLowerCase(Locale.ROOT),
                                "labels", rule.get("labels"),
                                "annotations", rule.get("annotations"))))
                .isEqualTo(rules(read("rules.yaml")).toList());
        assertThat(group)
                .allSatisfy(rule -> assertThat(rule.get("severity"))
                        .isEqualTo(
                                ((Map<?, ?>) rule.get("labels")).get("severity").equals("critical") ? 0 : 2));
    }

    private Set<String> exported() throws UnsupportedEncodingException {
        mvc.get().uri("/api/identity").exchange();
        String page =
                mvc.get().uri("/actuator/prometheus").exchange().getResponse().getContentAsString();
        // Prometheus itself adds "up" to what a target exports.
        return Stream.concat(
                        Stream.of("up"),
                        page.lines().filter(line -> !line.startsWith("#")).map(line -> line.split("[{ ]", 2)[0]))
                .collect(Collectors.toSet());
    }

    private static Set<String> metrics(Stream<String> expressions, int count) {
        List<String> all = expressions.toList();
        assertThat(all).hasSize(count);
        return all.stream()
                .map(expression -> NO_METRIC.matcher(expression).replaceAll(" "))
                .flatMap(expression -> NAME.matcher(expression).results().map(MatchResult::group))
                .filter(name -> !OPERATORS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Reads YAML, and JSON too, because JSON is YAML. */
    private static Object read(String name) throws IOException {
        return new Yaml().load(Files.readString(FOLDER.resolve(name)));
    }

    private static Stream<Map<?, ?>> rules(Object node) {
        return nodes(node, "rules").flatMap(rules -> ((List<?>) rules).stream()).map(rule -> (Map<?, ?>) rule);
    }

    private static Stream<String> values(Object node, String key) {
        return nodes(node, key).map(String::valueOf);
    }

    /** What has that key, at any depth. */
    private static Stream<Object> nodes(Object node, String key) {
        if (node instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .flatMap(entry ->
                            key.equals(entry.getKey()) ? Stream.of(entry.getValue()) : nodes(entry.getValue(), key));
        }
        return node instanceof List<?> list ? list.stream().flatMap(item -> nodes(item, key)) : Stream.empty();
    }
}
