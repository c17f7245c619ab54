package io.podidentity.emulator.workload;

import java.util.Locale;
import java.util.Map;

/** The names under which the webhook knows Azure's clouds, and their sign-in addresses. */
public final class Cloud {

    private static final String PUBLIC = "https://login.microsoftonline.com/";
    private static final String US_GOVERNMENT = "https://login.microsoftonline.us/";
    private static final Map<String, String> AUTHORITY_HOSTS = Map.of(
            "", PUBLIC,
            "AZURECLOUD", PUBLIC,
            "AZUREPUBLICCLOUD", PUBLIC,
            "AZURECHINACLOUD", "https://login.chinacloudapi.cn/",
            "AZUREGERMANCLOUD", "https://login.microsoftonline.de/",
            "AZUREUSGOVERNMENT", US_GOVERNMENT,
            "AZUREUSGOVERNMENTCLOUD", US_GOVERNMENT);

    private Cloud() {}

    /**
     * The authority host of a cloud, by its case-insensitive name; an empty name is the public cloud.
     *
     * @throws IllegalArgumentException if there is no such cloud
     */
    public static String authorityHost(String name) {
        String host = AUTHORITY_HOSTS.get(name.toUpperCase(Locale.ROOT));
        if (host == null) {
            throw new IllegalArgumentException("There is no Azure cloud of the name \"" + name + "\"");
        }
        return host;
    }
}
