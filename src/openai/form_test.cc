// Forms: what is read of an upload, and every way in which one can be broken.
#include "openai/form.h"

#include <gtest/gtest.h>

#include "openai/edit.h"
#include "openai/error.h"

namespace cocoon::openai {
namespace {

const std::vector<Header> kHeaders{{"content-type", "multipart/form-data; boundary=xyz"}};

std::string part(std::string_view name, std::string_view content) {
  return "--xyz\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(content) + "\r\n";
}

std::string upload(std::string_view fields) {
  return std::string(fields) +
         "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b=\\\"c.wav\"\r\n"
         "Content-Type: audio/wav\r\n\r\nRIFF\r\n--xy\r\n\x01\r\n--xyz--\r\n";
}

base::Result<RequestFacts> inspect_form(std::string_view body) {
  return inspect_call("/v1/audio/transcriptions", kHeaders, base::as_bytes(body));
}

TEST(Form, TellsItsModelAndIsForwardedUntouched) {
  const std::string body = upload(part("model", "whisper-1") + part("stream", "true"));
  const auto facts = inspect_form(body);
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_EQ(facts->endpoint, Endpoint::Transcriptions);
  EXPECT_EQ(facts->model, "whisper-1");
  EXPECT_TRUE(facts->stream);
  EXPECT_GT(facts->output_limit.count, 0);
  EXPECT_FALSE(forwarded_body(base::as_bytes(body), *facts));
}

TEST(Form, TakesTheOptionsOfItsHeaders) {
  RequestOptions options;
  options.max_coefficient = 7;
  const auto facts = inspect_call("/v1/audio/transcriptions", kHeaders,
                                  base::as_bytes(upload(part("model", "m"))), options);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->options.max_coefficient, 7);
}

TEST(Form, ThatIsBrokenIsRefusedByName) {
  const std::string good = upload(part("model", "m"));
  const struct {
    std::string body;
    RequestFault fault;
  } cases[] = {
      {"", RequestFault::InvalidForm},
      {"{\"model\":\"m\"}", RequestFault::InvalidForm},
      {"--xyz", RequestFault::InvalidForm},
      {"--xyz--\r\n", RequestFault::MissingModel},
      {"--xyzmore\r\n\r\n", RequestFault::InvalidForm},
      {good.substr(0, good.size() - 10), RequestFault::InvalidForm},
      {"--xyz\r\nContent-Type: text/plain\r\n\r\nm\r\n--xyz--", RequestFault::InvalidForm},
      {"--xyz\r\nContent-Disposition: form-data; name=\"model\r\n\r\nm\r\n--xyz--",
       RequestFault::InvalidForm},
      {"--xyz\r\nX: " + std::string(kMaxPartHeaderBytes, 'a'), RequestFault::InvalidForm},
      {upload(part("file", "x")), RequestFault::MissingModel},
      {upload(part("model", "")), RequestFault::MissingModel},
      {upload(part("model", "a") + part("model", "b")), RequestFault::DuplicateMember},
      {upload(part("model", "\xff")), RequestFault::BadType},
      {upload(part("model", std::string(kMaxModelNameBytes + 1, 'a'))), RequestFault::BadType},
  };
  for (const auto& c : cases) {
    const auto facts = inspect_form(c.body);
    ASSERT_FALSE(facts) << c.body;
    EXPECT_TRUE(facts.error().is(c.fault)) << facts.error().message() << "\n" << c.body;
    EXPECT_EQ(http_status(request_error(facts.error()).code), 400);
  }
  std::string many;
  for (std::size_t i = 0; i <= kMaxFormParts; ++i) many += part("a", "b");
  EXPECT_TRUE(inspect_form(upload(many)).error().is(RequestFault::InvalidForm));
}

TEST(Form, EveryTruncationIsRefused) {
  const std::string good = upload(part("model", "m") + part("language", "en"));
  const std::size_t last = good.rfind("--");
  for (std::size_t size = 0; size < last; ++size) {
    EXPECT_FALSE(inspect_form(std::string_view(good).substr(0, size))) << size;
  }
}

TEST(Form, NeedsItsBoundary) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=\"a b\""), std::nullopt);
  EXPECT_EQ(form_boundary("Multipart/Form-Data; charset=utf-8; boundary=\"----x\""), "----x");
  EXPECT_EQ(form_boundary("multipart/form-data"), std::nullopt);
  EXPECT_EQ(form_boundary("multipart/form-data; boundary="), std::nullopt);
  EXPECT_EQ(form_boundary("application/json; boundary=x"), std::nullopt);
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=" + std::string(71, 'a')), std::nullopt);
  const std::vector<Header> none;
  EXPECT_TRUE(inspect_call("/v1/audio/transcriptions", none, base::as_bytes("x"))
                  .error()
                  .is(RequestFault::InvalidForm));
}

TEST(InspectCall, ReadsJsonElsewhere) {
  const auto images = inspect_call("/v1/images/generations", {},
                                   base::as_bytes(R"({"model":"m","prompt":"a cat","n":2})"));
  ASSERT_TRUE(images) << images.error().message();
  EXPECT_EQ(images->endpoint, Endpoint::Images);
  EXPECT_EQ(images->choices, 2);
  EXPECT_TRUE(inspect_call("/v1/load_lora_adapter", {}, base::as_bytes(R"({"model":"m"})"))
                  .error()
                  .is(RequestFault::UnsupportedPath))
      << "an engine's own affairs are nobody else's";
}

}  // namespace
}  // namespace cocoon::openai
