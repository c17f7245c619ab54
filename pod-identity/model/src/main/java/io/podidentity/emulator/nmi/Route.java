// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import java.util.regex.Pattern;

/** Which handler a path belongs to. */
enum Route {
    TOKEN,
    INVALID_TOKEN_PATH,
    HOST_TOKEN,
    INSTANCE,
    PROXY;

    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token";
    private static final String INSTANCE_PATH = "/metadata/instance";
    private static final String HOST_TOKEN_PATH = "/host/token";
    private static final Pattern TOKEN_PREFIX = Pattern.compile("^/(?i:metadata)/identity/oauth2/token");
    private static final Pattern INSTANCE_PREFIX = Pattern.compile("^/(?i:metadata)/instance");
    private static final Pattern INVALID_TOKEN =
            Pattern.compile("/(?i:metadata)/identity.*oauth2.*token", Pattern.UNIX_LINES);

    /** Of a decoded path, by the version's table of routes. */
    static Route of(String path, NmiSettings settings) {
        boolean block = settings.blockInstanceMetadata();
        if (!settings.profile().isAtLeast(1, 7, 5)) {
            return ofOldTable(path, block);
        }
        if (TOKEN_PREFIX.matcher(path).find()) {
            return TOKEN;
        }
        if (settings.profile().isAtLeast(1, 8, 13)
                && INVALID_TOKEN.matcher(path).find()) {
            return INVALID_TOKEN_PATH;
        }
        if (path.startsWith(HOST_TOKEN_PATH)) {
            return HOST_TOKEN;
        }
        return block && INSTANCE_PREFIX.matcher(path).find() ? INSTANCE : PROXY;
    }

    /** Case-sensitive: the path itself or anything below it; for instance metadata only the path itself. */
    private static Route ofOldTable(String path, boolean blockInstance) {
        if (isOrIsBelow(path, TOKEN_PATH)) {
            return TOKEN;
        }
        if (isOrIsBelow(path, HOST_TOKEN_PATH)) {
            return HOST_TOKEN;
        }
        return blockInstance && path.equals(INSTANCE_PATH) ? INSTANCE : PROXY;
    }

    private static boolean isOrIsBelow(String path, String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
