// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.NoTokenException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What NMI counts, in Prometheus's text format. Thread-safe. */
final class NmiMetrics {

    private static final List<Double> NMI_BOUNDS = List.of(
            0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0);
    private static final List<Double> IMDS_BOUNDS =
            List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0);
    private static final String OPERATION = "operation_type";

    private final Clock clock;
    private final PrometheusHistogram imds = new PrometheusHistogram(
            "aadpodidentity_imds_operations_duration_seconds",
            "Duration in seconds of imds token operations",
            IMDS_BOUNDS);
    private final PrometheusCounter imdsErrors = new PrometheusCounter(
            "aadpodidentity_imds_operations_errors_count", "Total number of errors in imds token operations");
    private final PrometheusCounter kubernetesErrors = new PrometheusCounter(
            "aadpodidentity_kubernetes_api_operations_errors_count",
            "Total number of errors in kubernetes api operations");
    private final PrometheusHistogram requests = new PrometheusHistogram(
            "aadpodidentity_nmi_operations_duration_seconds", "Duration in seconds for nmi operations", NMI_BOUNDS);

    NmiMetrics(Clock clock) {
        this.clock = clock;
    }

    /** Fetches a token, or several at once. */
    interface Fetch<T> {
        T fetch() throws NoTokenException, InterruptedException;
    }

    void countRequest(NmiRequest request, NmiAnswer answer, Duration took) {
        var labels = new LinkedHashMap<String, String>();
        labels.put("namespace", answer.namespace());
        labels.put(OPERATION, request.path());
        labels.put("resource", request.resource());
        labels.put("status_code", Integer.toString(answer.http().status()));
        requests.record(labels, took);
    }

    /** Measures how long a fetch takes, and counts it as an error if there is no token. */
    <T> T time(String operation, Fetch<T> tokens) throws NoTokenException, InterruptedException {
        Instant start = clock.instant();
        var labels = Map.of(OPERATION, operation);
        try {
            T fetched = tokens.fetch();
            imds.record(labels, Duration.between(start, clock.instant()));
            return fetched;
        } catch (NoTokenException e) {
            imdsErrors.increment(labels);
            throw e;
        }
    }

    void countKubernetesError(String operation) {
        kubernetesErrors.increment(Map.of(OPERATION, operation));
    }

    String text() {
        return imds.text() + imdsErrors.text() + kubernetesErrors.text() + requests.text();
    }
}
