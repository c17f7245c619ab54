// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL as Go's {@code net/url} reads it, which takes more than Java and complains in other words. Its user is not
 * looked at. Immutable.
 *
 * @param scheme in lower case; empty if there is none
 * @param opaque what follows the scheme if that is no slash; then host and path are empty
 * @param host with its port
 * @param path still percent-encoded
 * @param query with its question mark; empty if there is none
 * @param fragment with its mark, never sent; empty if there is none
 * @since 0.1.0
 */
public record GoUrl(String scheme, String opaque, String host, String path, String query, String fragment) {

    private static final Pattern SCHEME = Pattern.compile("(?s)([A-Za-z][A-Za-z0-9+.-]*|):(.*)");
    private static final Pattern NOT_IN_HOST =
            Pattern.compile("[\\x00-\\x7f&&[^A-Za-z0-9_.~!$&'()*+,;=:\\[\\]<>\"%-]]");
    private static final Pattern NOT_IN_PATH = Pattern.compile("[^A-Za-z0-9_.~!$&'()*+,;=:@\\[\\]%/-]");
    private static final Pattern ENCODED_IN_PATH = Pattern.compile("[^A-Za-z0-9_.~$&+,/:;=@-]");
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?!\\p{XDigit}{2}).{0,2}");

    @SuppressWarnings("serial")
    public static final class UnreadableException extends Exception {

        /** In Go's words, with the URL. */
        UnreadableException(String url, String why) {
            super("parse " + GoText.quoted(url) + ": " + why);
        }
    }

    /**
     * Reads a URL.
     *
     * @throws UnreadableException if Go's parser refuses it
     */
    public static GoUrl parse(String url) throws UnreadableException {
        int hash = url.indexOf('#');
        String text = hash < 0 ? url : url.substring(0, hash);
        // A mark with nothing behind it is dropped.
        boolean hasFragment = hash >= 0 && hash < url.length() - 1;
        String fragment = hasFragment ? url.substring(hash) : "";
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new UnreadableException(text, "net/url: invalid control character in URL");
        }
        Matcher withScheme = SCHEME.matcher(text);
        if (!withScheme.matches()) {
            return parseRest(url, text, "", text, fragment);
        }
        String scheme = withScheme.group(1).toLowerCase(Locale.ROOT);
        if (scheme.isEmpty()) {
            throw new UnreadableException(text, "missing protocol scheme");
        }
        return parseRest(url, text, scheme, withScheme.group(2), fragment);
    }

    /** @param text the URL without its fragment, of which errors speak */
    private static GoUrl parseRest(String url, String text, String scheme, String afterScheme, String fragment)
            throws UnreadableException {
        int mark = afterScheme.indexOf('?');
        String query = mark < 0 ? "" : afterScheme.substring(mark);
        String rest = mark < 0 ? afterScheme : afterScheme.substring(0, mark);
        if (!rest.startsWith("/") && !scheme.isEmpty()) {
            return new GoUrl(scheme, rest, "", "", query, fragment);
        }
        if (rest.split("/", 2)[0].contains(":")) {
            throw new UnreadableException(text, "first path segment in URL cannot contain colon");
        }
        String host = "";
        String path = rest;
        if (hasAuthority(scheme, rest)) {
            int slash = rest.indexOf('/', 2);
            int end = slash < 0 ? rest.length() : slash;
            host = host(text, rest.substring(2, end));
            path = rest.substring(end);
        }
        requireEscapes(text, path);
        requireEscapes(url, fragment);
        return new GoUrl(scheme, "", host, escapedPath(path), query, fragment.replace(" ", "%20"));
    }

    private static boolean hasAuthority(String scheme, String rest) {
        return rest.startsWith("//") && (!scheme.isEmpty() || !rest.startsWith("///"));
    }

    private static void requireEscapes(String url, String part) throws UnreadableException {
        var broken = BROKEN_ESCAPE.matcher(part);
        if (broken.find()) {
            throw new UnreadableException(url, "invalid URL escape " + GoText.quoted(broken.group()));
        }
    }

    private static String host(String url, String authority) throws UnreadableException {
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        int bracket = host.lastIndexOf(']');
        if (host.startsWith("[") && bracket < 0) {
            throw new UnreadableException(url, "missing ']' in host");
        }
        int port = host.startsWith("[") ? bracket + 1 : host.lastIndexOf(':');
        String colonPort = port < 0 ? "" : host.substring(port);
        if (!colonPort.matches("(:[0-9]*)?")) {
            throw new UnreadableException(url, "invalid port " + GoText.quoted(colonPort) + " after host");
        }
        Matcher invalid = NOT_IN_HOST.matcher(host);
        if (invalid.find()) {
            throw new UnreadableException(url, "invalid character " + GoText.quoted(invalid.group()) + " in host name");
        }
        return host;
    }

    /** The path as Go sends it: as it came, unless a byte in it must not stand there. */
    public static String escapedPath(String path) {
        return NOT_IN_PATH.matcher(path).find() ? encodedPath(Request.decodeSegment(path)) : path;
    }

    /** A decoded path, encoded by Go's own rules. */
    public static String encodedPath(String decoded) {
        String bytes = new String(decoded.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return ENCODED_IN_PATH
                .matcher(bytes)
                .replaceAll(unsafe -> "%%%02X".formatted((int) unsafe.group().charAt(0)));
    }

    /** The URL that a reference means, seen from this one; the reference has a path or is opaque. */
    public GoUrl resolve(GoUrl reference) {
        if (!reference.scheme.isEmpty() || !reference.host.isEmpty()) {
            String resolvedScheme = reference.scheme.isEmpty() ? scheme : reference.scheme;
            return new GoUrl(
                    resolvedScheme,
                    reference.opaque,
                    reference.host,
                    withoutDots(reference.path),
                    reference.query,
                    reference.fragment);
        }
        String folder = path.substring(0, path.lastIndexOf('/') + 1);
        String full = reference.path.startsWith("/") ? reference.path : folder + reference.path;
        return new GoUrl(scheme, "", host, withoutDots(full), reference.query, reference.fragment);
    }

    /** Without dots, by the rules for references (RFC 3986, 5.2.4); doubled slashes stay. */
    private static String withoutDots(String path) {
        if (path.isEmpty()) {
            return "";
        }
        var segments = new ArrayDeque<String>();
        String last = "";
        for (String segment : path.replaceFirst("^/", "").split("/", -1)) {
            last = segment;
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        String clean = "/" + String.join("/", segments);
        boolean endsInDots = last.equals(".") || last.equals("..");
        return endsInDots && !segments.isEmpty() ? clean + "/" : clean;
    }

    @Override
    public String toString() {
        if (!opaque.isEmpty()) {
            return scheme + ":" + opaque + query + fragment;
        }
        String authority = scheme.isEmpty() && host.isEmpty() ? "" : "//" + host;
        return (scheme.isEmpty() ? "" : scheme + ":") + authority + path + query + fragment;
    }
}
