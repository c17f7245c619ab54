// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One of Azure's clouds, whose services have hosts of their own.
 *
 * @see <a href="https://learn.microsoft.com/azure/china/resources-developer-guide">Azure in China</a>
 * @see <a href="https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure">Azure
 *     Government</a>
 */
enum AzureCloud {
    PUBLIC("AzureCloud"),
    CHINA("AzureChinaCloud"),
    US_GOVERNMENT("AzureUSGovernment");

    /** The first that fits counts, so the more exact ones come first. */
    private static final List<HostEnds> ENDS = List.of(
            new HostEnds(".core.windows.net", ".core.chinacloudapi.cn", ".core.usgovcloudapi.net"),
            new HostEnds("vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"),
            new HostEnds("managedhsm.azure.net", "managedhsm.azure.cn", "managedhsm.usgovcloudapi.net"),
            new HostEnds(".servicebus.windows.net", ".servicebus.chinacloudapi.cn", ".servicebus.usgovcloudapi.net"),
            new HostEnds(
                    ".postgres.database.azure.com",
                    ".postgres.database.chinacloudapi.cn",
                    ".postgres.database.usgovcloudapi.net"),
            new HostEnds(
                    ".mysql.database.azure.com",
                    ".mysql.database.chinacloudapi.cn",
                    ".mysql.database.usgovcloudapi.net"),
            new HostEnds("database.windows.net", "database.chinacloudapi.cn", "database.usgovcloudapi.net"),
            new HostEnds(".documents.azure.com", ".documents.azure.cn", ".documents.azure.us"),
            new HostEnds(".azurecr.io", ".azurecr.cn", ".azurecr.us"),
            new HostEnds("management.azure.com", "management.chinacloudapi.cn", "management.usgovcloudapi.net"),
            // The registry's tokens are for Resource Manager there, as ContainerRegistryAudience of the Azure SDK says.
            new HostEnds("containerregistry.azure.net", "management.chinacloudapi.cn", "management.usgovcloudapi.net"),
            new HostEnds(".azconfig.io", ".azconfig.azure.cn", ".azconfig.azure.us"),
            new HostEnds("//azconfig.io", "//appconfig.azure.cn", "//appconfig.azure.us"),
            new HostEnds(".search.windows.net", ".search.azure.cn", ".search.azure.us"),
            new HostEnds("search.azure.com", "search.azure.cn", "search.azure.us"),
            new HostEnds(".openai.azure.com", ".openai.azure.cn", ".openai.azure.us"),
            new HostEnds("cognitiveservices.azure.com", "cognitiveservices.azure.cn", "cognitiveservices.azure.us"),
            new HostEnds(".service.signalr.net", ".signalr.azure.cn", ".signalr.azure.us"),
            new HostEnds("signalr.azure.com", "signalr.azure.cn", "signalr.azure.us"),
            new HostEnds("webpubsub.azure.com", "webpubsub.azure.cn", "webpubsub.azure.us"),
            new HostEnds(".eventgrid.azure.net", ".eventgrid.azure.cn", ".eventgrid.azure.us"),
            new HostEnds("monitor.azure.com", "monitor.azure.cn", "monitor.azure.us"),
            new HostEnds("api.loganalytics.io", "api.loganalytics.azure.cn", "api.loganalytics.us"),
            new HostEnds(".kusto.windows.net", ".kusto.chinacloudapi.cn", ".kusto.usgovcloudapi.net"),
            new HostEnds(".azuredatabricks.net", ".databricks.azure.cn", ".databricks.azure.us"),
            new HostEnds("graph.microsoft.com", "microsoftgraph.chinacloudapi.cn", "graph.microsoft.us"));

    private final String name;

    AzureCloud(String name) {
        this.name = name;
    }

    /** What the hosts of one service end in, in each of the clouds; or the start of an address, with its slashes. */
    private record HostEnds(String inPublic, String inChina, String inUsGovernment) {

        String in(AzureCloud cloud) {
            return switch (cloud) {
                case PUBLIC -> inPublic;
                case CHINA -> inChina;
                case US_GOVERNMENT -> inUsGovernment;
            };
        }
    }

    /** The cloud of a host; the public one if the host is of no other cloud that is known. */
    static AzureCloud ofHost(String host) {
        return Stream.of(CHINA, US_GOVERNMENT)
                .filter(cloud -> cloud.findEnds(host).isPresent())
                .findFirst()
                .orElse(PUBLIC);
    }

    private Optional<HostEnds> findEnds(String host) {
        return ENDS.stream().filter(ends -> host.endsWith(ends.in(this))).findFirst();
    }

    /** The host that the same service would have in the public cloud. */
    String toPublicHost(String host) {
        return findEnds(host)
                .map(ends -> host.substring(0, host.length() - ends.in(this).length()) + ends.inPublic())
                .orElse(host);
    }

    /** A text with an address of the public cloud, rewritten for this cloud; another text as it is. */
    String fromPublic(String text) {
        return ENDS.stream()
                .filter(ends -> text.contains(ends.inPublic()))
                .findFirst()
                .map(ends -> text.replace(ends.inPublic(), ends.in(this)))
                .orElse(text);
    }

    /** As az names it. */
    @Override
    public String toString() {
        return name;
    }
}
