package io.podidentity.podid.scope;

import java.util.List;

/** All services that the command knows: the one place to add another. */
final class AzureServices {

    private static final String STORAGE = "https://storage.azure.com/";
    private static final String ACCOUNT = "Microsoft.Storage/storageAccounts";
    private static final String BUS = ".servicebus.windows.net";

    static final List<AzureService> ALL = List.of(
            AzureService.of("Blob Storage", ".blob.core.windows.net .dfs.core.windows.net", STORAGE)
                    .type(ACCOUNT, "blobServices/default/containers")
                    .roles(
                            "Storage Blob Data Reader: read and list blobs",
                            "Storage Blob Data Contributor: read, write and delete blobs"),
            AzureService.of("Queue Storage", ".queue.core.windows.net", STORAGE)
                    .type(ACCOUNT, "queueServices/default/queues")
                    .roles(
                            "Storage Queue Data Message Sender: add messages",
                            "Storage Queue Data Message Processor: peek, get and delete messages",
                            "Storage Queue Data Contributor: all of it, and queues"),
            AzureService.of("Table Storage", ".table.core.windows.net", STORAGE)
                    .type(ACCOUNT, "tableServices/default/tables")
                    .roles(
                            "Storage Table Data Reader: read tables and entities",
                            "Storage Table Data Contributor: read, write and delete them"),
            AzureService.of("Key Vault", ".vault.azure.net", "https://vault.azure.net/")
                    .type("Microsoft.KeyVault/vaults", "")
                    .roles(
                            "Key Vault Secrets User: read secrets, and certificates with their keys",
                            "Key Vault Certificate User: read certificates",
                            "Key Vault Crypto User: use keys"),
            AzureService.of("Managed HSM", ".managedhsm.azure.net", "https://managedhsm.azure.net/")
                    .note("Its roles are its own: az keyvault role assignment create --hsm-name NAME --role "
                            + "'Managed HSM Crypto User' --scope /keys --assignee-object-id \"$PRINCIPAL_ID\""),
            AzureService.of("Event Hubs", BUS, "https://eventhubs.azure.net/")
                    .type("Microsoft.EventHub/namespaces", "eventhubs")
                    .roles("Azure Event Hubs Data Receiver: receive", "Azure Event Hubs Data Sender: send"),
            AzureService.of("Service Bus", BUS, "https://servicebus.azure.net/")
                    .type("Microsoft.ServiceBus/namespaces", "queues")
                    .roles("Azure Service Bus Data Receiver: receive", "Azure Service Bus Data Sender: send"),
            AzureService.of("Azure SQL", ".database.windows.net", "https://database.windows.net/")
                    .note("Rights are given in the database: CREATE USER [IDENTITY] FROM EXTERNAL PROVIDER; ALTER "
                            + "ROLE db_datareader ADD MEMBER [IDENTITY];"),
            AzureService.of(
                            "Azure Database for PostgreSQL",
                            ".postgres.database.azure.com",
                            "https://ossrdbms-aad.database.windows.net/")
                    .note("Rights are given in the database: select * from pgaadauth_create_principal('IDENTITY', "
                            + "false, false); and GRANT"),
            AzureService.of(
                            "Azure Database for MySQL",
                            ".mysql.database.azure.com",
                            "https://ossrdbms-aad.database.windows.net/")
                    .note("Rights are given in the database: CREATE AADUSER 'IDENTITY' IDENTIFIED BY 'CLIENT_ID'; "
                            + "and GRANT"),
            AzureService.of("Cosmos DB", ".documents.azure.com", "https://NAME.documents.azure.com")
                    .note("Its roles are its own: az cosmosdb sql role assignment create --account-name NAME "
                            + "--resource-group GROUP --scope / --role-definition-id "
                            + "00000000-0000-0000-0000-000000000001 --principal-id \"$PRINCIPAL_ID\""),
            AzureService.of("Container Registry", ".azurecr.io", "https://containerregistry.azure.net/")
                    .type("Microsoft.ContainerRegistry/registries", "")
                    .roles("AcrPull: pull images", "AcrPush: pull and push images"),
            AzureService.of("App Configuration", ".azconfig.io", "https://azconfig.io/")
                    .type("Microsoft.AppConfiguration/configurationStores", "")
                    .roles("App Configuration Data Reader: read", "App Configuration Data Owner: read and write"),
            AzureService.of("AI Search", ".search.windows.net", "https://search.azure.com/")
                    .type("Microsoft.Search/searchServices", "")
                    .roles(
                            "Search Index Data Reader: query",
                            "Search Index Data Contributor: query, and change documents"),
            AzureService.of("Azure OpenAI", ".openai.azure.com", "https://cognitiveservices.azure.com/")
                    .type("Microsoft.CognitiveServices/accounts", "")
                    .roles("Cognitive Services OpenAI User: use models"),
            AzureService.of(
                            "Cognitive Services",
                            ".cognitiveservices.azure.com",
                            "https://cognitiveservices.azure.com/")
                    .type("Microsoft.CognitiveServices/accounts", "")
                    .roles("Cognitive Services User: use the service; also list its keys"),
            AzureService.of("Azure AI Foundry", ".services.ai.azure.com", "https://ai.azure.com/")
                    .type("Microsoft.CognitiveServices/accounts", "")
                    .roles("Azure AI User: use models, agents and projects"),
            AzureService.of("Azure Cache for Redis", ".redis.cache.windows.net", "https://redis.azure.com/")
                    .note("Its user name is the principal ID. Rights are given on the cache: az redis"
                            + " access-policy-assignment create --name NAME --resource-group GROUP"
                            + " --policy-assignment-name app --access-policy-name 'Data Contributor' --object-id"
                            + " \"$PRINCIPAL_ID\" --object-id-alias app"),
            AzureService.of(
                            "Azure Managed Redis",
                            ".redis.azure.net .redisenterprise.cache.azure.net",
                            "https://redis.azure.com/")
                    .note("Its user name is the principal ID. Rights are given on the database: az redisenterprise"
                            + " database access-policy-assignment create --cluster-name NAME --resource-group GROUP"
                            + " --database-name default --access-policy-assignment-name app --access-policy-name default"
                            + " --object-id \"$PRINCIPAL_ID\""),
            AzureService.of("Azure Databricks", ".azuredatabricks.net", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d")
                    .note("Rights are given in the workspace: add the identity to it as a service principal, by its"
                            + " client ID"),
            AzureService.of("Web PubSub", ".webpubsub.azure.com", "https://webpubsub.azure.com/")
                    .type("Microsoft.SignalRService/webPubSub", "")
                    .roles("Web PubSub Service Owner: serve clients"),
            AzureService.of("SignalR", ".service.signalr.net", "https://signalr.azure.com/")
                    .type("Microsoft.SignalRService/signalR", "")
                    .roles("SignalR App Server: serve clients"),
            AzureService.of("Event Grid", ".eventgrid.azure.net", "https://eventgrid.azure.net/")
                    .type("Microsoft.EventGrid/topics", "")
                    .roles("EventGrid Data Sender: publish events"),
            AzureService.of("Azure Monitor ingestion", ".ingest.monitor.azure.com", "https://monitor.azure.com/")
                    .roles("Monitoring Metrics Publisher: send, on the data collection rule"),
            AzureService.of(
                            "Log Analytics queries",
                            "api.loganalytics.io api.loganalytics.azure.com",
                            "https://api.loganalytics.io/")
                    .roles("Log Analytics Reader: query, on the workspace"),
            AzureService.of("Data Explorer", ".kusto.windows.net", "https://kusto.kusto.windows.net/")
                    .note("Rights are given in the database: .add database NAME viewers "
                            + "('aadapp=CLIENT_ID;TENANT_ID')"),
            AzureService.of("Microsoft Graph", "graph.microsoft.com", "https://graph.microsoft.com/")
                    .note("Not roles of Azure but app roles count: az rest --method post --url "
                            + "https://graph.microsoft.com/v1.0/servicePrincipals/PRINCIPAL_ID/appRoleAssignments"),
            AzureService.of("Resource Manager", "management.azure.com", "https://management.azure.com/")
                    .roles("Reader: read everything but data and secrets"));

    private AzureServices() {}
}
