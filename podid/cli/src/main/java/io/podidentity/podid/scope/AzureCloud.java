// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import java.util.List;
import java.util.stream.Stream;

/**
 * One of Azure's clouds, whose services have hosts of their own.
 *
 * @see <a href="https://learn.microsoft.com/azure/china/resources-developer-guide">Azure in China</a>
 * @see <a href="https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure">Azure
 *     Government</a>
 */
enum AzureCloud {
    PUBLIC("AzureCloud", 0),
    CHINA("AzureChinaCloud", 1),
    US_GOVERNMENT("AzureUSGovernment", 2);

    /** The ends of hosts in each cloud, in their order; the more exact ones first. */
    private static final List<String[]> ENDS = List.of(
                    ".core.windows.net .core.chinacloudapi.cn .core.usgovcloudapi.net",
                    "vault.azure.net vault.azure.cn vault.usgovcloudapi.net",
                    "managedhsm.azure.net managedhsm.azure.cn managedhsm.usgovcloudapi.net",
                    ".servicebus.windows.net .servicebus.chinacloudapi.cn .servicebus.usgovcloudapi.net",
                    ".postgres.database.azure.com .postgres.database.chinacloudapi.cn"
                            + " .postgres.database.usgovcloudapi.net",
                    ".mysql.database.azure.com .mysql.database.chinacloudapi.cn .mysql.database.usgovcloudapi.net",
                    "database.windows.net database.chinacloudapi.cn database.usgovcloudapi.net",
                    ".documents.azure.com .documents.azure.cn .documents.azure.us",
                    ".azurecr.io .azurecr.cn .azurecr.us",
                    "management.azure.com management.chinacloudapi.cn management.usgovcloudapi.net",
                    // Its tokens are for Resource Manager there, as the Azure SDK's ContainerRegistryAudience has it.
                    "containerregistry.azure.net management.chinacloudapi.cn management.usgovcloudapi.net",
                    ".azconfig.io .azconfig.azure.cn .azconfig.azure.us",
                    "//azconfig.io //appconfig.azure.cn //appconfig.azure.us",
                    ".search.windows.net .search.azure.cn .search.azure.us",
                    "search.azure.com search.azure.cn search.azure.us",
                    ".openai.azure.com .openai.azure.cn .openai.azure.us",
                    "cognitiveservices.azure.com cognitiveservices.azure.cn cognitiveservices.azure.us",
                    ".service.signalr.net .signalr.azure.cn .signalr.azure.us",
                    "signalr.azure.com signalr.azure.cn signalr.azure.us",
                    "webpubsub.azure.com webpubsub.azure.cn webpubsub.azure.us",
                    ".eventgrid.azure.net .eventgrid.azure.cn .eventgrid.azure.us",
                    "monitor.azure.com monitor.azure.cn monitor.azure.us",
                    "api.loganalytics.io api.loganalytics.azure.cn api.loganalytics.us",
                    ".kusto.windows.net .kusto.chinacloudapi.cn .kusto.usgovcloudapi.net",
                    ".azuredatabricks.net .databricks.azure.cn .databricks.azure.us",
                    "graph.microsoft.com microsoftgraph.chinacloudapi.cn graph.microsoft.us")
            .stream()
            .map(line -> line.split(" "))
            .toList();

    private final String name;
    private final int column;

    AzureCloud(String name, int column) {
        this.name = name;
        this.column = column;
    }

    /** The cloud of a host; the public one if no other is known by it. */
    static AzureCloud of(String host) {
        return Stream.of(CHINA, US_GOVERNMENT)
                .filter(cloud -> ENDS.stream().anyMatch(ends -> host.endsWith(ends[cloud.column])))
                .findFirst()
                .orElse(PUBLIC);
    }

    /** The host that the same service would have in the public cloud. */
    String toPublic(String host) {
        return ENDS.stream()
                .filter(ends -> host.endsWith(ends[column]))
                .findFirst()
                .map(ends -> host.substring(0, host.length() - ends[column].length()) + ends[0])
                .orElse(host);
    }

    /** A text with an address of the public cloud, as it is in this one. */
    String ofPublic(String text) {
        return ENDS.stream()
                .filter(ends -> text.contains(ends[0]))
                .findFirst()
                .map(ends -> text.replace(ends[0], ends[column]))
                .orElse(text);
    }

    /** As az names it. */
    @Override
    public String toString() {
        return name;
    }
}
