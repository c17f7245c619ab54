// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Asks an account what a case of {@code cases/blobs.json} says, and describes the answers as {@code e2e/real/blobs.py}
 * does. Not thread-safe.
 */
final class BlobCases {

    private static final Set<String> COMPARED = Set.of(
            "accept-ranges",
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-length",
            "content-md5",
            "content-range",
            "content-type",
            "etag",
            "last-modified",
            "x-ms-access-tier",
            "x-ms-blob-content-length",
            "x-ms-blob-content-md5",
            "x-ms-blob-type",
            "x-ms-content-crc64",
            "x-ms-creation-time",
            "x-ms-has-immutability-policy",
            "x-ms-has-legal-hold",
            "x-ms-lease-state",
            "x-ms-lease-status",
            "x-ms-request-server-encrypted",
            "x-ms-server-encrypted");

    private static final Set<String> DATES =
            Set.of("last-modified", "x-ms-creation-time", "Last-Modified", "Creation-Time");
    private static final Set<String> LEFT_OUT_OF_LISTS = Set.of("AccessTierChangeTime", "MaxResults");
    private static final Set<String> UNORDERED = Set.of("Blobs", "Properties");
    private static final String METADATA = "x-ms-meta-";
    private static final Pattern EARLIER = Pattern.compile("\\{(etag|modified)(\\d)}");
    private static final Pattern CODE = Pattern.compile("<Code>(.*?)</Code>");

    private final URI account;
    private final HttpClient http;
    private final String token;
    private String lastRefusal = "";

    BlobCases(URI account, SSLContext tls, String token) {
        this.account = account;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .build();
        this.token = token;
    }

    /** The text of the last answer with status 501. */
    String lastRefusal() {
        return lastRefusal;
    }

    /** What the account answers to each request of a case, which gets a container of its own. */
    List<Object> answers(Map<String, Object> asked) throws Exception {
        var run = new Run();
        run.send(List.of("PUT", "/{c}?restype=container", Map.of(), ""));
        var answers = new ArrayList<Object>();
        for (Object step : Case.list(asked.get("steps"))) {
            List<Object> request = Case.list(step);
            answers.add(run.described(String.valueOf(request.get(0)), run.send(request)));
        }
        return answers;
    }

    /** One case, with what its requests refer to. */
    private final class Run {

        private final String container = "m" + UUID.randomUUID().toString().substring(0, 13);
        private final List<String> tags = new ArrayList<>();
        private final List<String> dates = new ArrayList<>();

        HttpResponse<String> send(List<Object> step) throws IOException, InterruptedException {
            String body = filled(String.valueOf(step.get(3)));
            var headers = new LinkedHashMap<String, String>();
            headers.put("x-ms-version", "2026-10-06");
            headers.put("Authorization", "Bearer " + token);
            Case.object(step.get(2)).forEach((name, value) -> headers.put(name, filled(String.valueOf(value))));
            headers.values().removeIf(String::isEmpty);
            var request = HttpRequest.newBuilder(URI.create(account + filled(String.valueOf(step.get(1)))))
                    .method(String.valueOf(step.get(0)), BodyPublishers.ofString(body));
            headers.forEach(request::header);
            return http.send(request.build(), BodyHandlers.ofString());
        }

        private String filled(String text) {
            String named = text.replace("{c}", container).replace("{base}", account.toString());
            return EARLIER.matcher(named).replaceAll(found -> {
                List<String> values = found.group(1).equals("etag") ? tags : dates;
                return Matcher.quoteReplacement(values.get(Integer.parseInt(found.group(2)) - 1));
            });
        }

        Map<String, Object> described(String method, HttpResponse<String> answer) throws Exception {
            var description = new LinkedHashMap<String, Object>();
            description.put("status", (long) answer.statusCode());
            if (answer.statusCode() >= 300) {
                description.put("code", code(answer));
            } else {
                success(method, answer, description);
            }
            tags.add(answer.headers().firstValue("ETag").orElse(""));
            dates.add(answer.headers().firstValue("Last-Modified").orElse(""));
            if (answer.statusCode() == 501) {
                lastRefusal = answer.body();
            }
            return description;
        }

        private String code(HttpResponse<String> answer) {
            Matcher inBody = CODE.matcher(answer.body());
            return answer.headers().firstValue("x-ms-error-code").orElseGet(() -> inBody.find() ? inBody.group(1) : "");
        }

        private void success(String method, HttpResponse<String> answer, Map<String, Object> description)
                throws Exception {
            Map<String, Object> headers = compared(method, answer);
            description.put("headers", headers);
            if (answer.body().startsWith("<?xml")) {
                headers.remove("content-length");
                description.put("xml", tree(root(answer.body())));
            } else if (!answer.body().isEmpty()) {
                description.put("body", answer.body());
            }
        }

        private Map<String, Object> compared(String method, HttpResponse<String> answer) {
            var kept = new TreeMap<String, Object>();
            answer.headers().map().forEach((name, values) -> {
                if (COMPARED.contains(name) || name.startsWith(METADATA)) {
                    kept.put(name, DATES.contains(name) ? "a date" : values.get(0));
                }
            });
            kept.computeIfPresent("etag", (name, tag) -> tag(String.valueOf(tag)));
            kept.remove("content-length", "0");
            if (!method.equals("GET") && !method.equals("HEAD")) {
                kept.remove("content-type");
            }
            if (answer.statusCode() == 200) {
                kept.remove("x-ms-blob-content-md5");
            }
            return kept;
        }

        private String tag(String text) {
            int step = tags.indexOf(text.startsWith("\"") ? text : "\"" + text + "\"");
            return step < 0 ? "new" : "of step " + (step + 1);
        }

        private Element root(String xml) throws Exception {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xml)))
                    .getDocumentElement();
        }

        private List<Object> tree(Element element) {
            var described = new ArrayList<Object>();
            described.add(element.getTagName());
            NodeList nodes = element.getChildNodes();
            for (int i = 0; i < nodes.getLength(); i++) {
                if (nodes.item(i) instanceof Element child && !LEFT_OUT_OF_LISTS.contains(child.getTagName())) {
                    List<Object> below = tree(child);
                    if (!below.subList(1, below.size()).equals(List.of(""))) {
                        described.add(below);
                    }
                }
            }
            if (UNORDERED.contains(element.getTagName())) {
                described.subList(1, described.size()).sort(Comparator.comparing(Json::write));
            }
            if (described.size() == 1) {
                described.add(text(element));
            }
            return described;
        }

        private String text(Element element) {
            String text = element.getTextContent().replace(container, "{c}");
            if (DATES.contains(element.getTagName())) {
                return "a date";
            }
            if (element.getTagName().equals("NextMarker") && !text.isEmpty()) {
                return "a marker";
            }
            return element.getTagName().equals("Etag") ? tag(text) : text;
        }
    }
}
