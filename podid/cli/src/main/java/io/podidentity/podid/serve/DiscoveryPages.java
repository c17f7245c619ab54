// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.run.EmulatedPod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the discovery port shows of an emulator that runs, and the orders that it takes. Thread-safe. */
final class DiscoveryPages {

    /** Of these variables a container has files that its clients, which are outside of it, cannot open. */
    private static final Set<String> FILE_VARIABLES = Set.of("AZURE_FEDERATED_TOKEN_FILE", "AZURE_KUBERNETES_CA_FILE");

    private final Served served;
    private final PodIdentityEmulator azure;

    /** By the first segment of the path; a page without parameters ignores the others. */
    private final Map<String, Function<List<String>, Answer>> pages;

    DiscoveryPages(Served served) {
        this.served = served;
        this.azure = served.azure();
        this.pages = Map.of(
                "activity", path -> activityPage().describeActivity(),
                "addresses", path -> showVariables(served.addresses()),
                "ca.pem", path -> showFile(azure.certificateAuthority()),
                "trust.p12", path -> showTrustStore(azure.trustStore()),
                "environment", path -> showVariables(azure.environment()),
                "pods", this::showPod);
    }

    /** @param path the decoded segments */
    Answer show(List<String> path) {
        if (path.isEmpty()) {
            return Answer.text(200, "application/json; charset=utf-8", served.json());
        }
        Function<List<String>, Answer> page = pages.get(path.get(0));
        if (page == null) {
            return PlainAnswers.refuse(
                    404,
                    "There is /, /activity, /addresses, /ca.pem, /environment, /faults,"
                            + " /pods/NAMESPACE/NAME/environment and /trust.p12.");
        }
        return page.apply(path);
    }

    /** Orders a fault by PUT, or ends all by DELETE. */
    Answer orderFault(Request request) {
        try {
            if (request.method().equals("PUT")) {
                return activityPage().orderFault(request);
            }
            if (request.method().equals("DELETE")) {
                return activityPage().endFaults();
            }
            return PlainAnswers.refuse(405, "PUT orders a fault, DELETE ends all.");
        } catch (IllegalArgumentException unknown) {
            return PlainAnswers.refuse(400, String.valueOf(unknown.getMessage()));
        }
    }

    private ActivityPage activityPage() {
        return new ActivityPage(azure);
    }

    /** {@code pods/NAMESPACE/NAME/environment}, or {@code pods/NAMESPACE/NAME/files/VARIABLE}. */
    private Answer showPod(List<String> path) {
        String name = path.size() < 3 ? "" : path.get(1) + "/" + path.get(2);
        EmulatedPod pod;
        try {
            pod = azure.pod(name);
        } catch (IllegalArgumentException unknown) {
            return PlainAnswers.refuse(404, String.valueOf(unknown.getMessage()));
        }
        if (pod.refusal().isPresent()) {
            return PlainAnswers.refuse(
                    409, "Pod " + name + " is not created: " + pod.refusal().get());
        }
        if (path.size() == 4 && path.get(3).equals("environment")) {
            return showVariables(pod.environment());
        }
        if (path.size() == 5 && path.get(3).equals("files")) {
            return showFileOf(pod, path.get(4));
        }
        return PlainAnswers.refuse(404, "No such page.");
    }

    /** Shows only what the webhook puts into pods: a manifest can set such a variable too, to any file. */
    private Answer showFileOf(EmulatedPod pod, String variable) {
        String value = FILE_VARIABLES.contains(variable) ? pod.environment().getOrDefault(variable, "") : "";
        // Normalized, since dots could lead out of the folder of the tokens.
        Path file = Path.of(value).normalize();
        Path certificate = azure.certificateAuthority();
        if (!file.equals(certificate) && !file.startsWith(certificate.resolveSibling("tokens"))) {
            return PlainAnswers.refuse(
                    404, "The pod has no file in " + variable + "; there can be one in " + FILE_VARIABLES);
        }
        return showFile(file);
    }

    /** For Java, which reads no PEM file; its password is {@code changeit}. */
    private static Answer showTrustStore(Path file) {
        try {
            return Answer.bytes(200, Files.readAllBytes(file))
                    .with("Content-Type", "application/x-pkcs12")
                    .with("Cache-Control", "no-store");
        } catch (IOException e) {
            return cannotRead(file);
        }
    }

    private static Answer showFile(Path file) {
        try {
            return PlainAnswers.show(Files.readString(file));
        } catch (IOException e) {
            return cannotRead(file);
        }
    }

    private static Answer cannotRead(Path file) {
        return PlainAnswers.refuse(500, "Cannot read " + file);
    }

    /** As in a file for {@code --env-file}, in which a value has one line; a value of more lines is left out. */
    private static Answer showVariables(Map<String, String> variables) {
        String lines = new TreeMap<>(variables)
                .entrySet().stream()
                        .filter(variable -> variable.getValue().indexOf('\n') < 0)
                        .map(variable -> variable.getKey() + "=" + variable.getValue() + "\n")
                        .collect(Collectors.joining());
        return PlainAnswers.show(lines);
    }
}
