// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.source.PodTrace.Sign;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What says something about pods at a place that is not known to describe any. */
class PodTracesTest {

    private static final String ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, annotations:"
            + " {azure.workload.identity/client-id: 22222222-2222-4222-8222-222222222222}}\n---\n";

    private static PodTraces traces(String text) {
        Manifests read = new ManifestReader(Profile.V1_8_17).readText("x.yaml", ACCOUNT + text);
        return PodTraces.of(read.objects(), read.skipped());
    }

    private static String object(String kind, String rest) {
        return "apiVersion: example.com/v1\nkind: " + kind + "\nmetadata: {name: x}\n" + rest + "\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BINDING_LABEL | 'spec: {pods: {labels: {aadpodidbinding: store}}}' | store",
                "BINDING_LABEL | 'spec: {values: {podLabels: {aadpodidbinding: store}}}' | store",
                "BINDING_LABEL | 'data: {pod.yaml: \"metadata: {labels: {aadpodidbinding: store}}\"}' | store",
                "USE_LABEL | 'spec: {labels: {azure.workload.identity/use: \"true\"}}' | true",
                "POD_TEMPLATE | 'spec: {pod: {spec: {containers: [{name: a, image: b}]}}}' | ''",
                "ACCOUNT | 'spec: {serviceAccountName: app}' | app",
            })
    void object_ofAnUnknownKind_isNotLookedAt(Sign sign, String rest, String value) {
        PodTraces found = traces(object("Widget", rest));

        assertThat(found.all()).extracting(PodTrace::sign, PodTrace::value).contains(tuple(sign, value));
        assertThat(found.skipped()).singleElement().satisfies(one -> {
            assertThat(one.kind()).isEqualTo(Skipped.Kind.WORKLOAD);
            assertThat(one.isMissed()).isTrue();
            assertThat(one.reason()).contains("Widget default/x", sign.noun());
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NetworkPolicy | 'spec: {podSelector: {matchLabels: {aadpodidbinding: store}}}'",
                "Service | 'spec: {selector: {azure.workload.identity/use: \"true\"}}'",
                "CustomResourceDefinition | 'spec: {text: aadpodidbinding}'",
                "Widget | 'spec: {serviceAccountName: other}'",
                "Deployment | 'spec: {template: {metadata: {labels: {aadpodidbinding: a}}, spec: {serviceAccountName: app,"
                        + " containers: [{name: a, image: b}]}}}'",
            })
    void object_thatMakesKnownPodsOrNone_leavesNoTrace(String kind, String rest) {
        assertThat(traces(object(kind, rest)).all()).isEmpty();
    }

    @Test
    void flinkDeployment_withATemplateOfItsJobManagerToo_isNotLookedAtThere() {
        PodTraces found = traces("apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: x}\n"
                + "spec: {serviceAccount: app, podTemplate: {metadata: {labels: {aadpodidbinding: a}}, spec:"
                + " {containers: [{name: m, image: i}]}}, jobManager: {podTemplate: {metadata: {labels:"
                + " {aadpodidbinding: b}}}}}\n");

        assertThat(found.all()).extracting(PodTrace::value).isEqualTo(List.of("b"));
    }
}
